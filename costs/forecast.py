"""What the current month will have cost when it ends, and what that figure rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from django.db.models import Min, Q, Sum
from django.utils import timezone

from costs.models import DailyCost
from costs.months import Month, month_of
from costs.spread import NOTHING, Spread
from executions.models import ENDED, Execution, Trigger

RECENT_RUNS = 20
READ_AT_MOST = 60  # of the newest runs, to find RECENT_RUNS among them whose cost is known
RECENT_DAYS = 28
PLACES = Decimal("0.000001")

Basis = Literal["schedule", "agent", "days", "nothing"]


@dataclass(frozen=True)
class Planned:
    """Runs of a schedule that are still to come this month. `source` is the trigger_source they will have."""

    source: str
    name: str
    agent_type: str
    runs: int


@dataclass(frozen=True)
class Part:
    """`remaining` runs or days at `each` USD; `spread` is of the recent ones that `basis` names."""

    name: str
    source: str
    agent_type: str
    remaining: Decimal
    basis: Basis
    each: Decimal
    spread: Spread

    @property
    def amount(self) -> Decimal:
        return (self.remaining * self.each).quantize(PLACES)

    @property
    def low(self) -> Decimal:
        return (self.remaining * self.spread.low).quantize(PLACES)

    @property
    def high(self) -> Decimal:
        return (self.remaining * self.spread.high).quantize(PLACES)


@dataclass(frozen=True)
class Forecast:
    """USD. `spent` is exact; the rest is rounded to 6 places, each part before it is added."""

    month: Month
    at: datetime
    spent: Decimal
    parts: Sequence[Part]

    @property
    def total(self) -> Decimal:
        return self._with(part.amount for part in self.parts)

    @property
    def low(self) -> Decimal:
        return self._with(part.low for part in self.parts)

    @property
    def high(self) -> Decimal:
        return self._with(part.high for part in self.parts)

    def _with(self, amounts: Iterable[Decimal]) -> Decimal:
        return (self.spent + sum(amounts, NOTHING)).quantize(PLACES)


def forecast_month(now: datetime, planned: Iterable[Planned]) -> Forecast:
    """Spent so far + each schedule's remaining runs × the median of its last 20 + the daily mean of the rest.

    A schedule without runs of a known cost takes its agent's; without those too it adds 0, and says so. The
    rest is what no schedule launched: its mean is that of the last 28 whole days, those without spending
    counted, or of as many as there are since the first record; on the very first day, what it has come to.

    The range puts the quartiles of the same runs and days in the place of median and mean (and is stretched
    to the mean where that lies outside of them): how it ends if all that is to come is as cheap as the
    cheaper quarter, or as dear as the dearer one. Of fewer than four values it takes the least and the most,
    of none it is the point itself.
    """
    month = month_of(now)
    costs = _RecentCosts(now)
    parts = [_part_of(plan, costs) for plan in planned]
    return Forecast(month, now, _spent_in(month), [*parts, _rest_of(month, now)])


class _RecentCosts:
    """What recent runs cost, newest first; an agent that several schedules share is asked for once."""

    def __init__(self, now: datetime) -> None:
        self._until = Q(created_at__lte=now)
        self._of_agents: dict[str, list[Decimal]] = {}

    def of_schedule(self, plan: Planned) -> list[Decimal]:
        """Another agent's are left out: names of schedules need not differ."""
        # What is excluded is what the index on the source leaves out: SQLite uses it only when told.
        runs = Execution.objects.filter(self._until, trigger_source=plan.source).exclude(trigger_source="")
        found = runs.order_by("-created_at").values_list("agent_type", "triggered_by", "status", "cost_usd")[
            :READ_AT_MOST
        ]
        return _known(
            (status, cost)
            for agent_type, trigger, status, cost in found
            if agent_type == plan.agent_type and trigger == Trigger.SCHEDULE
        )

    def of_agent(self, agent_type: str) -> list[Decimal]:
        if agent_type not in self._of_agents:
            runs = Execution.objects.of_agent(agent_type).filter(self._until).newest_first()
            self._of_agents[agent_type] = _known(runs.values_list("status", "cost_usd")[:READ_AT_MOST])
        return self._of_agents[agent_type]


def _known(runs: Iterable[tuple[str, Decimal | None]]) -> list[Decimal]:
    return [cost for status, cost in runs if status in ENDED and cost is not None][:RECENT_RUNS]


def _part_of(plan: Planned, costs: _RecentCosts) -> Part:
    basis: Basis = "schedule"
    spread = Spread.of(costs.of_schedule(plan))
    if not spread.count:
        basis, spread = "agent", Spread.of(costs.of_agent(plan.agent_type))
    if not spread.count:
        basis = "nothing"
    return Part(plan.name, plan.source, plan.agent_type, Decimal(plan.runs), basis, spread.median, spread)


def _rest_of(month: Month, now: datetime) -> Part:
    spread = Spread.of(_daily_rest(timezone.localdate(now)))
    basis: Basis = "days" if spread.count else "nothing"
    return Part("everything else", "", "", month.days_left(now), basis, spread.mean, spread)


def _daily_rest(today: date) -> list[Decimal]:
    """What was spent each recent day, other than by schedules."""
    first = DailyCost.objects.filter(day__lte=today).aggregate(first=Min("day"))["first"]
    if first is None:
        return []
    start = max(first, today - timedelta(days=RECENT_DAYS))
    last = max(first, today - timedelta(days=1))
    rows = DailyCost.objects.filter(day__range=(start, last)).exclude(triggered_by=Trigger.SCHEDULE)
    sums = dict(rows.order_by().values_list("day").annotate(Sum("cost_usd")))
    return [sums.get(start + timedelta(days=number), NOTHING) for number in range((last - start).days + 1)]


def _spent_in(month: Month) -> Decimal:
    days = DailyCost.objects.between(month.first_day, month.next_day)
    spent: Decimal = days.add_up("cost_usd")["cost_usd"]
    return spent
