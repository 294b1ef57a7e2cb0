from django.contrib import admin
from unfold.decorators import display

from scheduling.models import Schedule
from system.admin_permissions import ReadOnlyAdmin


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    """To look at only: nothing checks a schedule here, and one that does not hold must not be stored."""

    list_display = ("name", "agent", "cron_expression", "timezone", "switch", "next_run", "last_run")
    list_filter = ("enabled",)
    list_select_related = ("agent",)
    search_fields = ("name",)

    @display(description="Enabled", ordering="enabled", label={"Enabled": "success", "Disabled": "warning"})
    def switch(self, schedule: Schedule) -> str:
        return "Enabled" if schedule.enabled else "Disabled"
