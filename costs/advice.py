"""Which cheaper model has come to the same verdicts lately: from what ran, not from what models promise.

The verdict of a run is `overall_health` in its analysis. Runs of two models are compared where they lie
close in time, as only then they looked at much the same.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from costs.models import CostRecord, DailyCost
from costs.price_book import current_prices
from costs.querysets import DailyCostQuerySet
from costs.rates import PriceList
from costs.spread import NOTHING
from executions.models import Execution, Status
from system.money import UNIT_USD

DAYS = 30
RUNS_LOOKED_AT = 200  # of each agent, the newest
APART = timedelta(hours=24)
IN_USE = timedelta(days=7)  # before the newest run that was compared
FEWEST_PAIRS = 5
LEAST_PERCENT = 95
VERDICTS = ("healthy", "warning", "critical")


@dataclass(frozen=True)
class Run:
    at: datetime
    cost: Decimal
    verdict: str


@dataclass(frozen=True)
class Comparison:
    """The runs of the cheaper `model`, each beside the nearest one of `instead_of` within a day."""

    model: str
    instead_of: str
    mean_usd: Decimal
    instead_mean_usd: Decimal
    pairs: int
    agreed: int

    @property
    def is_enough(self) -> bool:
        return self.pairs >= FEWEST_PAIRS

    @property
    def holds(self) -> bool:
        return self.is_enough and self.agreed * 100 >= self.pairs * LEAST_PERCENT


@dataclass(frozen=True)
class Advice:
    """`comparison` is the best there is, also where it is `advised` not to follow it; `reason` says why.

    `runs` is how often the dearer model ran in the last 30 days, `saves_usd` what these would have saved.
    """

    agent_type: str
    reason: str
    comparison: Comparison | None = None
    advised: bool = False
    runs: int = 0
    saves_usd: Decimal = NOTHING


def advised_agents(now: datetime) -> list[str]:
    """Those that used a model in the last 30 days."""
    return list(_recent_days(now).order_by("agent_type").values_list("agent_type", flat=True).distinct())


def advise_dearest(now: datetime, most: int) -> list[Advice]:
    """Of the agents that used several models in the last 30 days, the dearest: others have no cheaper one."""
    prices = current_prices()
    counts, spent = _used_models(_recent_days(now), prices)
    agents = (agent for agent, models in counts.items() if len(models) > 1)
    dearest = sorted(agents, key=lambda agent: (-spent[agent], agent))[:most]
    return [_advise(agent, counts[agent], prices, now) for agent in dearest]


def advise(agent_type: str, now: datetime) -> Advice:
    """A handful of queries, none of which goes deeper than 200 runs and 30 days."""
    prices = current_prices()
    counts, _ = _used_models(_recent_days(now).filter(agent_type=agent_type), prices)
    return _advise(agent_type, counts.get(agent_type, {}), prices, now)


def _advise(agent_type: str, counts: Mapping[str, int], prices: PriceList, now: datetime) -> Advice:
    """`counts` are runs of the last 30 days by model."""
    if len(counts) < 2:
        return Advice(agent_type, f"Only one model was used in the last {DAYS} days.")
    runs = _comparable_runs(agent_type, prices, now - timedelta(days=DAYS))
    if len(runs) < 2:
        return Advice(agent_type, "Fewer than two of its models came to verdicts that can be compared.")
    ladder = sorted(runs, key=lambda model: _mean(runs[model]))
    dearer = _dearest_in_use(ladder, runs)
    cheaper = [model for model in ladder if _mean(runs[model]) < _mean(runs[dearer])]
    if not cheaper:
        return Advice(agent_type, f"It runs on {dearer}, the cheapest of the models that it used.")
    return _judge(agent_type, [_compare(model, dearer, runs) for model in cheaper], counts[dearer])


def _judge(agent_type: str, comparisons: Sequence[Comparison], runs: int) -> Advice:
    """The cheapest that holds; else the one with the most pairs, and why it does not."""
    for found in comparisons:
        if found.holds:
            saves = runs * (found.instead_mean_usd - found.mean_usd)
            return Advice(agent_type, _words(found), found, True, runs, saves)
    best = max(comparisons, key=lambda found: found.pairs)
    return Advice(agent_type, _words(best), best, runs=runs)


def _words(found: Comparison) -> str:
    near = f"{found.model} and {found.instead_of} ran within a day of each other {found.pairs} times"
    if not found.is_enough:
        return f"{near}; {FEWEST_PAIRS} are needed to tell."
    agreed = f"{near} and agreed {found.agreed} times"
    return f"{agreed}." if found.holds else f"{agreed}; {LEAST_PERCENT} % are needed."


def _recent_days(now: datetime) -> DailyCostQuerySet:
    """Of agents and models by which something was run in the last 30 days."""
    return DailyCost.objects.filter(day__gte=_first_day(now), executions__gt=0).order_by()


def _used_models(
    days: DailyCostQuerySet, prices: PriceList
) -> tuple[dict[str, dict[str, int]], dict[str, Decimal]]:
    """By agent: executions by model, under the price list's own names; and USD in all."""
    counts: dict[str, dict[str, int]] = {}
    spent: dict[str, Decimal] = {}
    sums = days.values_list("agent_type", "model_used").annotate(Sum("executions"), Sum("cost_usd"))
    for agent, model, executions, cost in sums:
        of_agent, name = counts.setdefault(agent, {}), prices.name_of(model)
        of_agent[name] = of_agent.get(name, 0) + executions
        spent[agent] = spent.get(agent, NOTHING) + cost
    return counts, spent


def _comparable_runs(agent_type: str, prices: PriceList, since: datetime) -> dict[str, list[Run]]:
    """Oldest first, by model: completed, with a known cost, one model alone, and a verdict of its own."""
    newest = Execution.objects.of_agent(agent_type).filter(status=Status.COMPLETED).newest_first()
    health, author = (KeyTransform(key, "ai_analysis") for key in ("overall_health", "analyst"))
    rows = newest.values_list("id", "started_at", "cost_usd", health, author)[:RUNS_LOOKED_AT]
    kept = {
        key: Run(at, cost, verdict)
        for key, at, cost, verdict, analyst in rows
        if at >= since and cost and analyst != "rules" and isinstance(verdict, str) and verdict in VERDICTS
    }
    runs: dict[str, list[Run]] = {}
    for key, model in _only_models(kept, prices).items():
        runs.setdefault(model, []).append(kept[key])
    return {model: sorted(its, key=lambda run: run.at) for model, its in runs.items()}


def _only_models(executions: Iterable[int], prices: PriceList) -> dict[int, str]:
    """The model of each execution that used no other."""
    models: dict[int, set[str]] = {}
    records = CostRecord.objects.filter(execution_id__in=list(executions))
    for key, model in records.values_list("execution_id", "model_used"):
        models.setdefault(key, set()).add(prices.name_of(model))
    return {key: next(iter(names)) for key, names in models.items() if len(names) == 1}


def _dearest_in_use(ladder: Sequence[str], runs: dict[str, list[Run]]) -> str:
    newest = max(its[-1].at for its in runs.values())
    return [model for model in ladder if runs[model][-1].at >= newest - IN_USE][-1]


def _compare(model: str, dearer: str, runs: dict[str, list[Run]]) -> Comparison:
    pairs = [(run, other) for run in runs[model] if (other := _nearest(run, runs[dearer])) is not None]
    agreed = sum(run.verdict == other.verdict for run, other in pairs)
    return Comparison(model, dearer, _mean(runs[model]), _mean(runs[dearer]), len(pairs), agreed)


def _nearest(run: Run, others: Sequence[Run]) -> Run | None:
    """Of `others`, which are in order of time; None where none is within a day."""
    place = bisect_left(others, run.at, key=lambda other: other.at)
    around = others[max(0, place - 1) : place + 1]
    nearest = min(around, key=lambda other: abs(other.at - run.at))
    return nearest if abs(nearest.at - run.at) <= APART else None


def _mean(runs: Sequence[Run]) -> Decimal:
    return (sum((run.cost for run in runs), NOTHING) / len(runs)).quantize(UNIT_USD)


def _first_day(now: datetime) -> date:
    return timezone.localdate(now) - timedelta(days=DAYS)
