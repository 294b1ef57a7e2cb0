"""What the current month will have cost when it ends, and what that figure rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from django.db.models import Min, Sum
from django.utils import timezone

from costs.models import DailyCost
from costs.months import Month, month_of
from costs.recent_costs import RecentCosts
from costs.spread import NOTHING, Spread
from executions.models import Trigger

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
    parts = _parts_of(list(planned), now)
    return Forecast(month, now, _spent_in(month), [*parts, _rest_of(month, now)])


def _parts_of(planned: Sequence[Planned], now: datetime) -> list[Part]:
    costs = RecentCosts(now)
    of_schedules = costs.of_schedules((plan.source, plan.agent_type) for plan in planned)
    of_agents = costs.of_agents(
        plan.agent_type for plan in planned if not of_schedules[plan.source, plan.agent_type]
    )
    return [
        _part_of(plan, of_schedules[plan.source, plan.agent_type], of_agents.get(plan.agent_type, []))
        for plan in planned
    ]


def _part_of(plan: Planned, of_schedule: Sequence[Decimal], of_agent: Sequence[Decimal]) -> Part:
    basis: Basis = "schedule" if of_schedule else "agent" if of_agent else "nothing"
    spread = Spread.of(of_schedule or of_agent)
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
