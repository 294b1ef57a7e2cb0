from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from costs.models import DailyCost
from system.admin_filters import KnownValuesFilter


class ColumnFilter(KnownValuesFilter):
    def known_values(self) -> Iterable[str]:
        return DailyCost.objects.values_list(self.parameter_name, flat=True).distinct()


class ModelFilter(ColumnFilter):
    title = "model"
    parameter_name = "model_used"


class AgentFilter(ColumnFilter):
    title = "agent"
    parameter_name = "agent_type"


class NodeFilter(ColumnFilter):
    title = "node"
    parameter_name = "node_id"


class SourceFilter(ColumnFilter):
    """The schedule, webhook or other thing that launched it, by its own name."""

    title = "launched by"
    parameter_name = "trigger_source"

    def known_values(self) -> Iterable[str]:
        return filter(None, super().known_values())


class PriceFilter(SimpleListFilter):
    title = "price"
    parameter_name = "unpriced"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("yes", "Unpriced"), ("no", "Priced")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes":
                return queryset.filter(total_cost_usd__isnull=True)
            case "no":
                return queryset.filter(total_cost_usd__isnull=False)
            case _:
                return queryset
