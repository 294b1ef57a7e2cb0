"""What was saved, and what could have been: by the cache, by batches, by runs that asked no model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum
from django.utils import timezone

from costs.models import DailyCost
from costs.price_book import current_prices
from costs.rates import PriceList
from costs.spread import NOTHING
from executions.models import DailyExecutions, Status
from system.money import UNIT_USD

MEAN_DAYS = 90


@dataclass
class AgentSavings:
    """`mean_usd` is of an execution that was billed in the last 90 days; None where there was none."""

    agent_type: str
    cache_saved_usd: Decimal = NOTHING
    batchable_usd: Decimal = NOTHING
    batch_saves_usd: Decimal = NOTHING
    completed: int = 0
    billed: int = 0
    billed_recently: int = 0
    cost_recently: Decimal = NOTHING

    @property
    def free_runs(self) -> int:
        """Completed without a bill. What was billed and then failed is taken off too: never too many."""
        return max(0, self.completed - self.billed)

    @property
    def mean_usd(self) -> Decimal | None:
        if not self.billed_recently:
            return None
        return (self.cost_recently / self.billed_recently).quantize(UNIT_USD)

    @property
    def rules_saved_usd(self) -> Decimal | None:
        if not self.free_runs:
            return NOTHING
        return None if self.mean_usd is None else self.free_runs * self.mean_usd

    @property
    def reason(self) -> str:
        """Why it is not known what the runs without a model saved; empty where it is."""
        if self.rules_saved_usd is not None:
            return ""
        return f"No run of it was billed in the last {MEAN_DAYS} days, so nothing says what one costs."


@dataclass
class Savings:
    """In the days from `first` to `last`, both whole. `unpriced` models have no price now: no discount."""

    first: date
    last: date
    agents: list[AgentSavings] = field(default_factory=list)
    unpriced: list[str] = field(default_factory=list)


class Billed(NamedTuple):
    """An agent and a model in some days: USD that the cache saved, and that a batch would discount."""

    agent_type: str
    model_used: str
    saved: Decimal
    batchable: Decimal
    executions: int


def count_savings(first: date, last: date, now: datetime, billed: Iterable[Billed] | None = None) -> Savings:
    """From daily sums alone. A batch is reckoned at the factor that each model's price has at `now`.

    `billed` is for who has read those days already.
    """
    found: dict[str, AgentSavings] = {}
    billed = _billed_in(first, last) if billed is None else billed
    unpriced = _add_costs(found, billed, current_prices(), now)
    ended = DailyExecutions.objects.filter(day__range=(first, last), status=Status.COMPLETED)
    for agent, completed in ended.order_by().values_list("agent_type").annotate(Sum("executions")):
        _of(found, agent).completed = completed
    _add_recent_means(found, timezone.localdate(now))
    return Savings(first, last, [found[agent] for agent in sorted(found)], sorted(unpriced))


def total_of(amounts: Iterable[Decimal | None]) -> Decimal:
    """The sum of those that are known."""
    return sum((amount for amount in amounts if amount is not None), NOTHING)


def _of(found: dict[str, AgentSavings], agent: str) -> AgentSavings:
    return found.setdefault(agent, AgentSavings(agent))


def _billed_in(first: date, last: date) -> Iterable[Billed]:
    days = DailyCost.objects.filter(day__range=(first, last)).order_by()
    sums = (Sum("cache_saved_usd"), Sum("batchable_usd"), Sum("executions"))
    return (Billed(*row) for row in days.values_list("agent_type", "model_used").annotate(*sums))


def _add_costs(
    found: dict[str, AgentSavings], billed: Iterable[Billed], prices: PriceList, now: datetime
) -> set[str]:
    """The models with something to discount that have no price."""
    unpriced = set()
    for row in billed:
        agent = _of(found, row.agent_type)
        agent.cache_saved_usd += row.saved
        agent.batchable_usd += row.batchable
        agent.billed += row.executions
        version = prices.find(row.model_used, now)
        if version is not None:
            agent.batch_saves_usd += row.batchable * (1 - version.batch)
        elif row.batchable:
            unpriced.add(row.model_used)
    return unpriced


def _add_recent_means(found: Mapping[str, AgentSavings], today: date) -> None:
    days = DailyCost.objects.filter(day__gt=today - timedelta(days=MEAN_DAYS), day__lte=today)
    sums = days.order_by().values_list("agent_type").annotate(Sum("executions"), Sum("cost_usd"))
    for agent, executions, cost in sums:
        if agent in found:
            found[agent].billed_recently, found[agent].cost_recently = executions, cost
