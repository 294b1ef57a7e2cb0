from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from executions.execution_admin import execution_url
from scheduling.models import HookDelivery
from system.admin_permissions import LongTableAdmin
from system.readable import NOTHING, read_bytes

STATE_LABELS = {"Launched": "success", "Filtered": "info", "Refused": "danger"}


@admin.register(HookDelivery)
class HookDeliveryAdmin(LongTableAdmin):
    """What became of each message that was signed, newest first."""

    list_display = ("received_at", "hook", "condition", "run", "detail", "message_id", "address")
    list_filter = ("state", "hook")
    search_fields = ("message_id", "hook__slug")
    fields = (
        "hook", "received_at", "condition", "run", "detail", "message_id", "body_digest", "scheme", "weight",
        "address",
    )  # fmt: skip
    readonly_fields = fields
    when_empty = "No message has come yet."

    def get_queryset(self, request: HttpRequest) -> QuerySet[HookDelivery]:
        rows: Any = super().get_queryset(request)
        found: QuerySet[HookDelivery] = rows.with_execution().select_related("hook")
        return found

    @display(description="State", label=STATE_LABELS)
    def condition(self, delivery: HookDelivery) -> str:
        return delivery.get_state_display()

    @display(description="Execution")
    def run(self, delivery: HookDelivery) -> SafeString | str:
        if delivery.execution is None:
            return NOTHING
        return format_html(
            '<a href="{}">{}</a>', execution_url(delivery.execution), delivery.execution.status
        )

    @display(description="Size")
    def weight(self, delivery: HookDelivery) -> str:
        return read_bytes(delivery.size)
