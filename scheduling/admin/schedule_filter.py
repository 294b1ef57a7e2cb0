from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from scheduling.models import Schedule
from system.models import Node
from system.wire import number_of

OFFERED = 100


class ScheduleFilter(SimpleListFilter):
    """The first hundred by name are offered; a schedule's own page leads to any."""

    title = "schedule"
    parameter_name = "schedule"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        chosen = number_of(request.GET.get(self.parameter_name, ""))
        rows = list(Schedule.objects.order_by("name", "pk").values_list("pk", "name")[:OFFERED])
        if chosen is not None and chosen not in dict(rows):
            rows += Schedule.objects.filter(pk=chosen).values_list("pk", "name")
        return [(str(pk), name) for pk, name in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        chosen = number_of(value)
        return queryset.filter(Q(pk__in=[]) if chosen is None else Q(schedule=chosen))


class NodeFilter(SimpleListFilter):
    """Schedules that name a node, and those that name none: these may run on any."""

    title = "node"
    parameter_name = "node"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        known = {settings.NODE_NAME, *Node.objects.values_list("name", flat=True)}
        return [(name, name) for name in sorted(known)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Chosen here, and not in SQL: SQLite cannot look into a list of names."""
        node = self.value()
        if node is None:
            return queryset
        named = Schedule.objects.order_by().values_list("pk", "node_ids")
        return queryset.filter(pk__in=[pk for pk, nodes in named if not nodes or node in nodes])
