"""What was recorded, priced anew from its stored usage at the rates of its own time.

Only on purpose: a new price changes nothing by itself. Any number of records may be priced anew, in batches
of which each is a transaction; what is cut off is right as far as it came, and goes on when it is repeated.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q

from costs.models import CostRecord, DailyCost
from costs.models.daily import AMOUNTS
from costs.rates import PriceList
from costs.services import PRICED, apply_price, day_key, day_totals
from costs.spread import NOTHING
from executions.services import correct_cost, writing
from system.days import start_of
from system.errors import Invalid
from system.money import units_of, usd
from system.statements import update_rows

BATCH = 300
Moved = dict[str, Any]  # by how much each column of a row of DailyCost changes


@dataclass
class Difference:
    """Of the records of one model. Amounts are of those that have a price, before and after."""

    records: int = 0
    changed: int = 0
    priced_before: int = 0
    priced_after: int = 0
    newly_priced: int = 0
    unpriced_now: int = 0
    was: Decimal = NOTHING
    would_be: Decimal = NOTHING

    def add(self, was: Decimal | None, would_be: Decimal | None, *, is_changed: bool) -> None:
        self.records += 1
        self.changed += is_changed
        self.priced_before += was is not None
        self.priced_after += would_be is not None
        self.newly_priced += was is None and would_be is not None
        self.unpriced_now += was is not None and would_be is None
        self.was += was or NOTHING
        self.would_be += would_be or NOTHING


@dataclass
class Repricing:
    """What came of it, or would: by model, and the records whose usage cannot be read, with the reason."""

    models: dict[str, Difference] = field(default_factory=lambda: defaultdict(Difference))
    unreadable: dict[int, str] = field(default_factory=dict)
    records: int = 0

    @property
    def changed(self) -> int:
        return sum(difference.changed for difference in self.models.values())


def count_records(first: date, last: date) -> int:
    return CostRecord.objects.filter(_between(first, last)).count()


def reprice(first: date, last: date, prices: PriceList, *, apply: bool = False) -> Iterator[Repricing]:
    """Of the records of these days, both included. Yields the same result after each batch, as it grows."""
    result = Repricing()
    yield result
    after: tuple[datetime, int] | None = None
    while True:
        if apply:
            with writing():
                records = _batch(first, last, after)
                _correct(_priced(records, prices, result))
        else:
            records = _batch(first, last, after)
            _priced(records, prices, result)
        yield result
        if len(records) < BATCH:
            return
        after = (records[-1].timestamp, records[-1].pk)


def _between(first: date, last: date) -> Q:
    return Q(timestamp__gte=start_of(first), timestamp__lt=start_of(last + timedelta(days=1)))


def _batch(first: date, last: date, after: tuple[datetime, int] | None) -> list[CostRecord]:
    """The next ones, by their time, which is indexed."""
    records = CostRecord.objects.filter(_between(first, last)).order_by("timestamp", "pk")
    if after is not None:
        moment, pk = after
        records = records.filter(
            Q(timestamp__gt=moment) | Q(timestamp=moment, pk__gt=pk), timestamp__gte=moment
        )
    return list(records[:BATCH])


@dataclass(frozen=True)
class _Change:
    """A record as it should be, and what its day and its execution gain by that."""

    record: CostRecord
    day: Moved
    total: Decimal


def _priced(records: list[CostRecord], prices: PriceList, result: Repricing) -> list[_Change]:
    """Those whose amounts are other ones now; all are counted in `result`."""
    changes = []
    for record in records:
        result.records += 1
        was, before, total = _amounts(record), day_totals(record), record.total_cost_usd
        try:
            apply_price(record, prices)
            would_be = _amounts(record)
        except (Invalid, ValidationError) as error:
            result.unreadable[record.pk] = error.detail if isinstance(error, Invalid) else error.messages[0]
            continue
        is_changed = was != would_be
        result.models[record.model_used].add(total, record.total_cost_usd, is_changed=is_changed)
        if is_changed:
            changes.append(_change(record, before, total or NOTHING))
    return changes


def _amounts(record: CostRecord) -> list[int | None]:
    """In units, as they are stored. Raises ValidationError for one that is too fine or too large."""
    amounts = [getattr(record, name) for name in PRICED]
    return [None if amount is None else units_of(amount) for amount in amounts]


def _change(record: CostRecord, before: Moved, total: Decimal) -> _Change:
    after = day_totals(record)
    moved = {name: after[name] - before[name] for name in ("unpriced_records", *AMOUNTS)}
    return _Change(record, moved, (record.total_cost_usd or NOTHING) - total)


def _correct(changes: list[_Change]) -> None:
    for change in changes:
        amounts = {name: getattr(change.record, name) for name in PRICED}
        update_rows(CostRecord, {"id": change.record.pk}, amounts)
    _correct_days(changes)
    _correct_executions(changes)


def _correct_days(changes: list[_Change]) -> None:
    """A sum that is missing stays so: verify_rollups tells of it, rebuild_rollups makes it."""
    days: dict[tuple[Any, ...], Moved] = {}
    for change in changes:
        key = day_key(change.record)
        known = days.setdefault(tuple(key.items()), dict.fromkeys(change.day, 0))
        for name, moved in change.day.items():
            known[name] += moved
    for where, moved in days.items():
        DailyCost.objects.filter(**dict(where)).update(
            unpriced_records=F("unpriced_records") + moved["unpriced_records"],
            **{name: F(name) + usd(moved[name]) for name in AMOUNTS},
        )


def _correct_executions(changes: list[_Change]) -> None:
    moved: dict[int, Decimal] = defaultdict(Decimal)
    for change in changes:
        if change.record.execution_id is not None:
            moved[change.record.execution_id] += change.total
    known = CostRecord.objects.filter(execution_id__in=moved, total_cost_usd__isnull=False)
    priced = set(known.values_list("execution_id", flat=True))
    for execution_id, difference in moved.items():
        correct_cost(execution_id, difference, is_known=execution_id in priced)
