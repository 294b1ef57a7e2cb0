from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from agents.models import ACTIVE_FINDINGS, Finding, FindingState

ALL = "all"


class StateFilter(SimpleListFilter):
    """What is not resolved, until somebody asks for more: a list of what is over would hide what is not."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [*((state.value, str(state.label)) for state in FindingState), (ALL, "All")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """As Django makes them, but that nothing chosen is what is active."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "Not resolved"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        match self.value():
            case None:
                return queryset.filter(state__in=ACTIVE_FINDINGS)
            case state if state in FindingState.values:
                return queryset.filter(state=state)
            case _:
                return queryset
