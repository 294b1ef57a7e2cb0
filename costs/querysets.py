from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Sum

if TYPE_CHECKING:
    from costs.models import DailyCost, DailyTotal  # noqa: F401 (names of the type parameters)

_Row = TypeVar("_Row", bound=models.Model, covariant=True)


class DayQuerySet(models.QuerySet[_Row]):
    """Words about rows that have a `day`, and the counts and amounts of costs.models.daily."""

    def between(self, first: date, after: date) -> Self:
        """From the day `first`, up to and without `after`."""
        return self.filter(day__gte=first, day__lt=after)

    def add_up(self, *columns: str) -> dict[str, Any]:
        """The sum of each column, by the database, exact: zeros where there is no row."""
        return self.aggregate(**sums_of(*columns))


class DailyCostQuerySet(DayQuerySet["DailyCost"]):
    pass


class DailyTotalQuerySet(DayQuerySet["DailyTotal"]):
    pass


def sums_of(*columns: str) -> dict[str, Sum]:
    """For aggregate() and annotate(); nothing is 0, or Decimal(0) in a column of USD."""
    return {name: Sum(name, default=Decimal(0) if name.endswith("_usd") else 0) for name in columns}
