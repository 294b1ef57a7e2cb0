from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from agents.models import Hold, Turn
from executions.execution_admin import execution_url
from system.admin_permissions import LongTableAdmin


@admin.register(Hold)
class HoldAdmin(LongTableAdmin):
    """What waits for a limit, and for which. The clock lets it go; who gives up cancels the execution."""

    list_display = ("agent_type", "reason", "detail", "since", "group", "run")
    list_select_related = ("execution",)
    search_fields = ("agent_type", "group")
    fields = ("agent_type", "reason", "detail", "since", "group", "run")
    readonly_fields = fields
    when_empty = "No launch waits for a limit."

    @display(description="Limit", label=True)
    def reason(self, hold: Hold) -> str:
        return hold.limit

    @display(description="Execution")
    def run(self, hold: Hold) -> SafeString:
        return format_html('<a href="{}">{}</a>', execution_url(hold.execution), hold.execution.status)


@admin.register(Turn)
class TurnAdmin(LongTableAdmin):
    list_display = ("name", "run")
    list_select_related = ("execution",)
    search_fields = ("name",)
    fields = ("name", "run")
    readonly_fields = fields

    @display(description="Execution let go last")
    def run(self, turn: Turn) -> SafeString:
        return format_html('<a href="{}">{}</a>', execution_url(turn.execution), turn.execution.status)
