"""Steps, events and daily counts in the console. The execution itself: agents/execution_admin.py."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.decorators import display

from executions.execution_admin import LABELS, execution_url, uuid_of
from executions.filters import EventFilter
from executions.models import DailyExecutions, ExecutionEvent, ExecutionStep, ExecutionTotal, StepStatus
from executions.models.daily import EndedSums
from system.admin_permissions import LongTableAdmin, ReadOnlyAdmin
from system.readable import read_amount, read_duration

LISTED_DATA = 100
STEP_LABELS = {
    StepStatus.RUNNING.label: "info",
    StepStatus.COMPLETED.label: "success",
    StepStatus.FAILED.label: "danger",
}


class PartOfExecutionAdmin(LongTableAdmin):
    """Found by its execution."""

    list_select_related = ("execution",)
    search_fields = ("execution__uid",)
    search_help_text = "Whole id of an execution"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        uid = uuid_of(search_term)
        return (queryset.filter(execution__uid=uid) if uid else queryset.none()), False

    @display(description="Agent")
    def agent(self, row: Any) -> str:
        return str(row.execution.agent_type)


@admin.register(ExecutionStep)
class ExecutionStepAdmin(PartOfExecutionAdmin):
    list_display = ("step_name", "agent", "step_number", "step_type", "state", "started_at", "took")
    list_filter = ("status", "step_type")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExecutionStep]:
        """Without the texts: fifty outputs of a mebibyte each are no list."""
        return super().get_queryset(request).defer("output", "error_message", "metadata")

    @display(description="Status", label=STEP_LABELS)
    def state(self, step: ExecutionStep) -> str:
        return StepStatus(step.status).label

    @display(description="Took")
    def took(self, step: ExecutionStep) -> str:
        return read_duration(step.elapsed_ms())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A step is shown where it belongs: on its execution's page."""
        step = self.get_object(request, object_id)
        if step is None or not self.has_view_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(f"{execution_url(step.execution)}#step-{step.step_number}")


@admin.register(ExecutionEvent)
class ExecutionEventAdmin(PartOfExecutionAdmin):
    list_display = ("seq", "agent", "event", "at", "shown_data")
    list_filter = (EventFilter,)
    fields = ("execution", "seq", "event", "at", "key", "data")

    @display(description="Data")
    def shown_data(self, event: ExecutionEvent) -> str:
        return event.data if len(event.data) <= LISTED_DATA else f"{event.data[:LISTED_DATA]}…"


class EndedSumsAdmin(ReadOnlyAdmin):
    @display(description="Status", ordering="status", label=LABELS)
    def state(self, row: EndedSums) -> str:
        return row.status.capitalize()

    @display(description="Took in all", ordering="duration_ms")
    def took(self, row: EndedSums) -> str:
        return read_duration(row.duration_ms)

    @display(description="Cost", ordering="cost_usd")
    def cost(self, row: EndedSums) -> str:
        return read_amount(row.cost_usd)


@admin.register(DailyExecutions)
class DailyExecutionsAdmin(EndedSumsAdmin):
    list_display = ("day", "agent_type", "node_id", "state", "executions", "took", "cost", "tokens_used")
    list_filter = ("status", "agent_type", "node_id")
    ordering = ("-day", "agent_type", "node_id", "status")


@admin.register(ExecutionTotal)
class ExecutionTotalAdmin(EndedSumsAdmin):
    list_display = ("agent_type", "state", "executions", "took", "cost", "tokens_used", "last_started_at")
    list_filter = ("status",)
    ordering = ("agent_type", "status")
