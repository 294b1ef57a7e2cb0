from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Min
from django.db.models.fields.json import KT
from django.db.models.functions import Substr
from django.utils.safestring import SafeString

from agents.configuration import ConfigurationError, parse_configuration
from agents.estimate import asked_model, dearest_run, quantile
from agents.limits import LaunchRefused, Limits
from agents.models import AgentConfiguration
from claudeops.front_page.drawing import draw_cells
from claudeops.front_page.strips import Cell, StripRun, cells_of, strip_runs
from costs.price_book import current_prices
from costs.rates import PriceList
from executions.models import ENDED, Execution, Status
from executions.statistics import percent
from scheduling.models import Schedule

LONGEST_HEADLINE = 400


@dataclass(frozen=True)
class LastRun:
    """The newest run that has ended. `health` is of its report, where it has one."""

    url: str
    status: str
    health: str
    headline: str
    at: datetime | None


@dataclass(frozen=True)
class Card:
    """`ended` runs of the strip went well in `success` percent; what they took and cost is their median.

    `model` is empty where the rules write the report; `at_most` is what the limits and prices let a run come
    to. `refusals` are what stands against a launch now, but for budgets: those ask what a run would spend.
    """

    agent: AgentConfiguration
    cells: list[Cell]
    last: LastRun | None
    ended: int
    success: float | None
    typical_ms: int | None
    typical_usd: Decimal | None
    model: str
    at_most: Decimal | None
    next_run: datetime | None
    refusals: list[LaunchRefused]

    @property
    def strip(self) -> SafeString:
        return draw_cells(self.cells)


def cards_of(agents: Sequence[AgentConfiguration]) -> list[Card]:
    """In their order; ten queries, however many there are."""
    types = [agent.agent_type for agent in agents]
    runs = strip_runs(types)
    cells = cells_of(runs)
    lasts = _last_runs(runs)
    limits, prices = Limits(types), current_prices()
    due = Schedule.objects.filter(enabled=True, agent__agent_type__in=types).order_by()
    coming = dict(due.values_list("agent_id").annotate(Min("next_run")))
    return [
        _card(
            agent, runs[agent.agent_type], cells[agent.agent_type], lasts.get(agent.agent_type),
            limits, prices, coming.get(agent.agent_type) if agent.enabled else None,
        )
        for agent in agents
    ]  # fmt: skip


def _card(
    agent: AgentConfiguration,
    runs: list[StripRun],
    cells: list[Cell],
    last: LastRun | None,
    limits: Limits,
    prices: PriceList,
    next_run: datetime | None,
) -> Card:
    ended = [run for run in runs if run.status in ENDED]
    good = [run for run in ended if run.status == Status.COMPLETED]
    model, at_most = _bound(agent, prices)
    return Card(
        agent=agent,
        cells=cells,
        last=last,
        ended=len(ended),
        success=percent(len(good), len(ended)) if ended else None,
        typical_ms=quantile([run.duration_ms for run in good if run.duration_ms is not None], 0.5),
        typical_usd=quantile([run.cost_usd for run in ended if run.cost_usd is not None], 0.5),
        model=model,
        at_most=at_most,
        next_run=next_run,
        refusals=list(limits.reasons(agent, lambda: _last_end(ended))),
    )


def _last_end(ended: list[StripRun]) -> datetime | None:
    return ended[-1].completed_at if ended else None


def _bound(agent: AgentConfiguration, prices: PriceList) -> tuple[str, Decimal | None]:
    """The model that a run asks, and the most that it may cost."""
    try:
        configuration = parse_configuration(agent.config)
    except ConfigurationError:
        return "", None
    model = asked_model(configuration)
    if not model:
        return "", None
    dearest, cap = dearest_run(agent, configuration, prices), agent.max_cost_per_execution
    return model, min((amount for amount in (dearest, cap) if amount is not None), default=None)


def _last_runs(strips: dict[str, list[StripRun]]) -> dict[str, LastRun]:
    """Health and headline of the newest that has ended, of each agent; one query."""
    newest = {
        run.pk: (run, cell)
        for agent_type, runs in strips.items()
        for run, cell in zip(runs, cells_of({agent_type: runs})[agent_type], strict=True)
        if run.status in ENDED  # a later one takes the place of an earlier one below
    }
    by_agent = {run.agent_type: (run, cell) for run, cell in newest.values()}
    told: dict[int, tuple[Any, ...]] = {
        pk: words
        for pk, *words in Execution.objects.filter(pk__in=[run.pk for run, _ in by_agent.values()])
        .order_by()
        .values_list(
            "pk",
            KT("ai_analysis__overall_health"),
            Substr("error_message", 1, LONGEST_HEADLINE),
            KT("ai_analysis__summary"),
            Substr("result_summary", 1, LONGEST_HEADLINE),
        )
    }
    return {
        agent_type: _last_run(run, cell, told.get(run.pk, ("", "", "", "")))
        for agent_type, (run, cell) in by_agent.items()
    }


def _last_run(run: StripRun, cell: Cell, words: tuple[Any, ...]) -> LastRun:
    health, *headlines = words
    headline = next((text for text in headlines if text), "")
    return LastRun(cell.url, run.status, health or "", headline[:LONGEST_HEADLINE], run.completed_at)
