"""What any days were spent on, by agent, model, node, schedule and trigger: one reading for all tables."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, F, Value, When

from costs.breakdowns import KEYS, Group
from costs.models import DailyCost, DailyTotal
from costs.querysets import sums_of
from executions.models import Trigger

DIMENSIONS = ("agent_type", "model_used", "node_id", "triggered_by", "trigger_source")
SUMS = (
    "cost_usd", "executions", "records", "unpriced_records", "tokens_used", "cache_saved_usd",
    "batchable_usd",
)  # fmt: skip


@dataclass
class Spent:
    """What something cost in all, and how much of it there was."""

    cost: Decimal = Decimal(0)
    executions: int = 0
    records: int = 0
    unpriced_records: int = 0
    tokens: int = 0
    cache_saved: Decimal = Decimal(0)
    batchable: Decimal = Decimal(0)

    def add(self, other: "Spent") -> None:
        self.cost += other.cost
        self.executions += other.executions
        self.records += other.records
        self.unpriced_records += other.unpriced_records
        self.tokens += other.tokens
        self.cache_saved += other.cache_saved
        self.batchable += other.batchable

    @property
    def each(self) -> Decimal | None:
        """USD of one execution; None where there was none."""
        return self.cost / self.executions if self.executions else None


@dataclass(frozen=True)
class Combination:
    """One agent with one model on one node, launched in one way: all tables are added up from these."""

    agent_type: str
    model_used: str
    node_id: str
    triggered_by: str
    trigger_source: str
    spent: Spent


KEY_OF: Mapping[Group, Callable[[Combination], str]] = {
    Group.AGENT: lambda found: found.agent_type,
    Group.MODEL: lambda found: found.model_used,
    Group.NODE: lambda found: found.node_id,
    # As in costs.breakdowns: what no schedule launched stands under the empty name.
    Group.SCHEDULE: lambda found: found.trigger_source if found.triggered_by == Trigger.SCHEDULE else "",
    Group.TRIGGER: lambda found: found.triggered_by,
}


def changes_in(first: date, after: date) -> tuple[Any, ...]:
    """While it is the same, so is all that was spent in the days; it takes a row for each of them."""
    days = DailyTotal.objects.between(first, after)
    return tuple(days.add_up("changes", "records", "cost_usd", "tokens_used").values())


def read_combinations(first: date, after: date, wanted: Mapping[str, Any]) -> list[Combination]:
    """Of the days from `first`, up to and without `after`. `wanted` are conditions on DailyCost."""
    days = DailyCost.objects.between(first, after).filter(**wanted).order_by()
    rows = days.values_list(*DIMENSIONS).annotate(**{f"sum_of_{name}": sums_of(name)[name] for name in SUMS})
    return [
        Combination(agent, model, node, trigger, source, Spent(*sums))
        for agent, model, node, trigger, source, *sums in rows
    ]


def spent_in_all(combinations: Iterable[Combination]) -> Spent:
    total = Spent()
    for found in combinations:
        total.add(found.spent)
    return total


def spent_by(group: Group, combinations: Iterable[Combination]) -> dict[str, Spent]:
    """The dearest first."""
    parts: dict[str, Spent] = {}
    for found in combinations:
        parts.setdefault(KEY_OF[group](found), Spent()).add(found.spent)
    return dict(sorted(parts.items(), key=lambda part: (-part[1].cost, -part[1].records, part[0])))


def cost_by_day(
    group: Group, keys: Sequence[str], first: date, after: date, wanted: Mapping[str, Any]
) -> dict[str | None, dict[date, Decimal]]:
    """USD of each day by each of `keys`, and by all others under None: no more rows than that."""
    key = Case(When(key__in=keys, then=F("key")), default=Value(None), output_field=CharField())
    days = DailyCost.objects.between(first, after).filter(**wanted).order_by()
    rows = days.annotate(key=KEYS[group]).values_list("day", key).annotate(**sums_of("cost_usd"))
    found: dict[str | None, dict[date, Decimal]] = {}
    for day, name, cost in rows:
        found.setdefault(name, {})[day] = cost
    return found
