"""The daily sums against the records they were made from: compared, corrected, made anew.

All is added up by the database, one day at a time, so that a million records take no memory here and no
writer waits for longer than a day's sums take.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils import timezone

from costs.models import CostRecord, DailyCost
from costs.models.daily import AMOUNTS, COUNTS, KEY, TOKENS
from executions.services import writing
from system.days import start_of
from system.money import text_of
from system.terminal_text import clean

COLUMNS = (*COUNTS, *AMOUNTS)
GROUP = KEY[1:]

Key = tuple[str, ...]
Totals = Mapping[str, Any]


@dataclass(frozen=True)
class Drift:
    """A row of DailyCost that is not what the records of its day add up to.

    `was` is None where the row is missing, `should` where no record is left that it could come from.
    """

    day: date
    key: Key
    was: Totals | None
    should: Totals | None

    def __str__(self) -> str:
        name = clean(f"{self.day} {' '.join(filter(None, self.key))}")
        if self.was is None:
            return f"{name}: the row is missing"
        if self.should is None:
            return f"{name}: a row without any record"
        wrong = [
            f"{column} {_shown(self.was[column])} instead of {_shown(self.should[column])}"
            for column in self.columns
        ]
        return f"{name}: {', '.join(wrong)}"

    @property
    def columns(self) -> list[str]:
        """Those that differ."""
        was, should = self.was or {}, self.should or {}
        return [column for column in COLUMNS if was.get(column) != should.get(column)]


def verify_days(first: date, last: date) -> list[Drift]:
    """What is wrong in the rows of these days, both included. Writes nothing."""
    return [drift for day in days_between(first, last) for drift in verify_day(day)]


def verify_day(day: date) -> list[Drift]:
    """A record that comes between two looks is no drift: what seems to be one is looked at again alone."""
    if not _compare(day):
        return []
    with writing():
        return _compare(day)


def repair_days(first: date, last: date) -> list[Drift]:
    """Write what is right, each day in a transaction of its own; what was wrong."""
    return [drift for day in days_between(first, last) for drift in repair_day(day)]


def repair_day(day: date) -> list[Drift]:
    if not _compare(day):
        return []
    with writing():
        drifts = _compare(day)
        _write(day, drifts)
    return drifts


def redate_day(day: date) -> int:
    """Set year, month and day of the records of `day`, which another TIME_ZONE had dated; how many."""
    wrong = _records_of(day).exclude(year=day.year, month=day.month, day=day.day)
    if not wrong.exists():
        return 0
    with writing():
        return wrong.update(year=day.year, month=day.month, day=day.day)


def recorded_days(*, rows_too: bool = False) -> tuple[date, date] | None:
    """From the day of the first record to that of the last record or row; None where there is nothing.

    Rows before the first record are left alone, unless `rows_too`: old records may have been deleted, while
    their sums are kept on purpose.
    """
    # One at a time: SQLite reads one end of an index for each, and all of it for both.
    records = {
        **CostRecord.objects.aggregate(first=Min("timestamp")),
        **CostRecord.objects.aggregate(last=Max("timestamp")),
    }
    rows = DailyCost.objects.aggregate(first=Min("day"), last=Max("day"))
    known = [timezone.localdate(moment) for moment in records.values() if moment is not None]
    first = [*known, rows["first"]] if rows_too or not known else known
    last = [*known, rows["last"]]
    if not any(last):
        return None
    return min(filter(None, first)), max(filter(None, last))


def days_between(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _compare(day: date) -> list[Drift]:
    recorded, stored = _recorded(day), _stored(day)
    return [
        Drift(day, key, stored.get(key), recorded.get(key))
        for key in sorted({*recorded, *stored})
        if recorded.get(key) != stored.get(key)
    ]


def _recorded(day: date) -> dict[Key, Totals]:
    """What the records of `day` add up to. By its moments, which are indexed, not by a function of each."""
    sums = _records_of(day).values(*GROUP).annotate(
        n=Count("id"),
        unpriced=Count("id", filter=Q(total_cost_usd__isnull=True)),
        first=Count("id", filter=Q(is_first=True)),
        spent=Sum("total_cost_usd"),
        saved=Sum("cache_saved_usd"),
        could_wait=Sum("batchable_usd"),
        **{f"sum_{name}": Sum(name) for name in TOKENS},
    )  # fmt: skip
    return {_key(row): _totals(row) for row in sums.order_by()}


def _totals(row: Mapping[str, Any]) -> Totals:
    tokens = {name: int(row[f"sum_{name}"]) for name in TOKENS}
    nothing = Decimal(0)
    return {
        "records": row["n"],
        "unpriced_records": row["unpriced"],
        "executions": row["first"],
        "tokens_used": sum(tokens.values()),
        **tokens,
        "cost_usd": row["spent"] or nothing,
        "cache_saved_usd": row["saved"] or nothing,
        "batchable_usd": row["could_wait"] or nothing,
    }


def _stored(day: date) -> dict[Key, Totals]:
    """The rows of `day`; one of nothing but zeros is as good as none."""
    rows = DailyCost.objects.filter(day=day).values(*GROUP, *COLUMNS)
    return {_key(row): {name: row[name] for name in COLUMNS} for row in rows if any(row[c] for c in COLUMNS)}


def _write(day: date, drifts: list[Drift]) -> None:
    for drift in drifts:
        key: dict[str, Any] = {"day": day, **dict(zip(GROUP, drift.key, strict=True))}
        if drift.should is None:
            DailyCost.objects.filter(**key).delete()
        else:
            DailyCost.objects.update_or_create(defaults=dict(drift.should), **key)


def _records_of(day: date) -> QuerySet[CostRecord]:
    return CostRecord.objects.filter(
        timestamp__gte=start_of(day), timestamp__lt=start_of(day + timedelta(days=1))
    )


def _key(row: Mapping[str, Any]) -> Key:
    return tuple(row[name] for name in GROUP)


def _shown(value: Any) -> str:
    return text_of(value) if isinstance(value, Decimal) else str(value)
