from django.contrib import admin
from unfold.decorators import display

from costs.models import DailyReconciliation
from system.admin_permissions import ReadOnlyAdmin
from system.readable import read_amount


@admin.register(DailyReconciliation)
class DailyReconciliationAdmin(ReadOnlyAdmin):
    """Days in UTC, as Anthropic's cost report has them."""

    list_display = ("day", "recorded", "reported", "difference", "state", "unpriced_records", "checked_at")
    list_filter = ("day",)
    when_empty = (
        "No day was compared yet. With ANTHROPIC_ADMIN_KEY set, each morning the last days are compared with "
        "Anthropic's cost report."
    )
    fields = (*list_display,)

    @display(description="Recorded", ordering="recorded_usd")
    def recorded(self, row: DailyReconciliation) -> str:
        return read_amount(row.recorded_usd)

    @display(description="Reported", ordering="reported_usd")
    def reported(self, row: DailyReconciliation) -> str:
        return read_amount(row.reported_usd)

    @display(description="Difference")
    def difference(self, row: DailyReconciliation) -> str:
        return read_amount(row.difference_usd)

    @display(description="State", label={"Agrees": "success", "Differs": "danger"})
    def state(self, row: DailyReconciliation) -> str:
        return "Differs" if row.differs else "Agrees"
