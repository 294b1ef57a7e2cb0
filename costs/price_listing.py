"""Versions of prices as people see them: which of them are in force at a moment."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from costs.models import ModelPrice
from costs.price_book import current_prices, row_of
from costs.rates import shipped_prices


def with_in_force(rows: QuerySet[ModelPrice], at: datetime) -> QuerySet[ModelPrice]:
    """`rows`, each with `in_force`: it has begun at `at`, and no later version of its model has."""
    later = ModelPrice.objects.filter(
        model=OuterRef("model"), valid_from__gt=OuterRef("valid_from"), valid_from__lte=at
    )
    return rows.annotate(in_force=Q(valid_from__lte=at) & ~Exists(later))


def list_prices(at: datetime, *, model: str | None = None, only_in_force: bool = False) -> list[ModelPrice]:
    """By model, the newest first. Where the table is empty, the shipped ones, unsaved: those hold then."""
    rows = list(with_in_force(ModelPrice.objects.all(), at)) or list(_shipped_rows(at))
    name = None if model is None else current_prices().name_of(model)
    return [
        row
        for row in rows
        if name in (None, row.model) and (row.in_force or not only_in_force)  # type: ignore[attr-defined]
    ]


def _shipped_rows(at: datetime) -> Iterator[ModelPrice]:
    prices = shipped_prices()
    for model, versions in prices.models.items():
        for version in reversed(versions):
            row = row_of(version)
            row.in_force = prices.find(model, at) is version  # type: ignore[attr-defined]
            yield row
