from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from executions.execution_admin import execution_url
from scheduling.admin.schedule_filter import ScheduleFilter
from scheduling.models import Fire
from system.admin_permissions import LongTableAdmin
from system.readable import NOTHING, read_duration

STATE_LABELS = {"Launched": "success", "Skipped": "warning", "Missed": "danger", "Refused": "danger"}


@admin.register(Fire)
class FireAdmin(LongTableAdmin):
    """What became of each due time, newest first. Written by the clock, and by nobody else."""

    list_display = ("schedule", "due_at", "condition", "late", "node_id", "run", "reason")
    list_filter = ("state", ScheduleFilter, "due_at")
    list_select_related = ("schedule", "execution")
    search_fields = ("schedule__name",)
    fields = (
        "schedule", "due_at", "node_id", "condition", "reason", "run", "covers", "fired_at", "late"
    )  # fmt: skip
    readonly_fields = fields
    when_empty = "No schedule has been due yet: what becomes of each due time will stand here."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Fire]:
        """Without the texts of the executions, which may be large."""
        rows = super().get_queryset(request)
        return rows.defer("execution__raw_output", "execution__ai_analysis", "execution__execution_context")

    @display(description="State", label=STATE_LABELS)
    def condition(self, fire: Fire) -> str:
        return fire.get_state_display()

    @display(description="Late by")
    def late(self, fire: Fire) -> str:
        return read_duration(fire.lateness_ms)

    @display(description="Execution")
    def run(self, fire: Fire) -> SafeString | str:
        if fire.execution is None:
            return NOTHING
        return format_html('<a href="{}">{}</a>', execution_url(fire.execution), fire.execution.status)
