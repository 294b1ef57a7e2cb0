from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from system.models.alerts import OPEN_ALERT


class KnownValuesFilter(SimpleListFilter):
    """A column's values, from a place that knows them without reading a long history for DISTINCT."""

    parameter_name: str

    def known_values(self) -> Iterable[str]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(value, value) for value in sorted(set(self.known_values()))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset if value is None else queryset.filter(**{self.parameter_name: value})


class ChosenFilter(SimpleListFilter):
    """One value of a column, as a link of the list or an address from elsewhere has it.

    It offers nothing but what is chosen: a long history has too many values to list them.
    """

    parameter_name: str

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        chosen = request.GET.get(self.parameter_name)
        return [(chosen, chosen)] if chosen else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(**{self.parameter_name: value}) if value else queryset


class OpenFilter(SimpleListFilter):
    """Of alerts: those of a state that goes on, and those of one that is over."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("open", "Open"), ("resolved", "Resolved")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "open":
                return queryset.filter(OPEN_ALERT)
            case "resolved":
                return queryset.filter(resolved_at__isnull=False)
            case _:
                return queryset
