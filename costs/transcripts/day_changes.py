"""What a batch changes in the sums of days: added up first, then one statement for each sum."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F

from costs.models import CostRecord, DailyCost
from costs.models.daily import AMOUNTS, COUNTS, KEY
from costs.services import day_key, day_totals
from system.money import MAX_UNITS, units_of, usd
from system.statements import add_up, select_rows

SUMS = (*COUNTS, *AMOUNTS)


class SumsOverflow(Exception):
    """A day would hold more than a database can; nothing of the batch was written."""


class DayChanges:
    def __init__(self) -> None:
        self._changes: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(
            lambda: {**dict.fromkeys(COUNTS, 0), **dict.fromkeys(AMOUNTS, Decimal(0))}
        )

    def add(self, record: CostRecord) -> None:
        self._count(record, 1)

    def take(self, record: CostRecord) -> None:
        self._count(record, -1)

    def write(self) -> None:
        for values, change in self._changes.items():
            if any(change.values()):
                _write(dict(zip(KEY, values, strict=True)), change)

    def _count(self, record: CostRecord, sign: int) -> None:
        key = day_key(record)
        change = self._changes[tuple(key[name] for name in KEY)]
        for name, value in day_totals(record).items():
            change[name] += sign * value


def _write(key: Mapping[str, Any], change: Mapping[str, Any]) -> None:
    _refuse_overflow(key, change)
    if all(change[name] >= 0 for name in SUMS if name != "cache_saved_usd"):
        add_up(DailyCost, key, add=change)
        return
    # No upsert takes away: both databases check the constraints of the row that it would insert first.
    day = DailyCost.objects.filter(**key)
    day.update(
        **{name: F(name) + change[name] for name in COUNTS},
        **{name: F(name) + usd(change[name]) for name in AMOUNTS},
    )
    day.filter(records=0).delete()


def _refuse_overflow(key: Mapping[str, Any], change: Mapping[str, Any]) -> None:
    rows = select_rows(DailyCost, SUMS, key)
    for name, before in zip(SUMS, rows[0] if rows else (0,) * len(SUMS), strict=True):
        after = _whole(name, before) + _whole(name, change[name])
        if abs(after) > MAX_UNITS:
            raise SumsOverflow(f"{name} of {key['day']} would be more than can be held")


def _whole(name: str, value: Any) -> int:
    return units_of(Decimal(value)) if name in AMOUNTS else int(value)
