from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Max, QuerySet
from django.http import HttpRequest

from executions.models import DailyExecutions, EventName, Execution, ExecutionEvent
from system.admin_filters import KnownValuesFilter


class ColumnFilter(KnownValuesFilter):
    """What has ended is counted by day; what has not is few."""

    def known_values(self) -> Iterable[str]:
        ended = DailyExecutions.objects.values_list(self.parameter_name, flat=True).distinct()
        active = Execution.objects.active().order_by().values_list(self.parameter_name, flat=True).distinct()
        return [*ended, *active]


class AgentFilter(ColumnFilter):
    title = "agent"
    parameter_name = "agent_type"


class NodeFilter(ColumnFilter):
    title = "node"
    parameter_name = "node_id"


class EventFilter(SimpleListFilter):
    """Of all executions, among the latest events: a rare kind would be looked for in a whole history."""

    LATEST = 200_000
    title = f"event, of the latest {LATEST:,}"
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(value, label) for value, label in EventName.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        kind = self.value()
        if kind is None:
            return queryset
        if not request.GET.get("q"):
            newest = ExecutionEvent.objects.aggregate(newest=Max("id"))["newest"] or 0
            queryset = queryset.filter(id__gt=newest - self.LATEST)
        return queryset.filter(event=kind)
