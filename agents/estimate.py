"""What a run will cost and take, said before it is launched: by its history, and by what bounds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from typing import Any

from django.db.models import Sum

from agents.analysts.base import AnalysisTask
from agents.analysts.claude import PATIENCE
from agents.analysts.claude_prompt import build_request, prompt_tokens_at_most
from agents.analysts.evidence import PROMPT_LIMIT
from agents.configuration import Configuration, has_claude, parse_configuration
from agents.findings.known import MOST_BYTES as KNOWN_BYTES
from agents.models import AgentConfiguration
from agents.overrides import effective_config
from costs.models import CostRecord
from costs.price_book import current_prices
from costs.pricing import dearest_request
from costs.rates import PriceList
from executions.models import Execution, Status
from system import app_settings

RECENT = 60  # runs of the agent, of which those count that asked the same model


@dataclass(frozen=True)
class Estimate:
    """USD, and milliseconds. An empty `model`: none is asked, and the rules write the report for nothing.

    `typical` and `high` are the median and the 95th percentile of `priced` recent runs with this model; None
    without any. `dearest` is what the limits and prices let it come to; None where the model has no price.
    `cap` is the agent's own, which is kept whatever the rest says.
    """

    model: str
    typical: Decimal | None = None
    high: Decimal | None = None
    priced: int = 0
    dearest: Decimal | None = None
    cap: Decimal | None = None
    typical_ms: int | None = None
    high_ms: int | None = None
    timed: int = 0

    @property
    def at_most(self) -> Decimal | None:
        known = [amount for amount in (self.dearest, self.cap) if amount is not None]
        return min(known, default=None)

    @property
    def is_capped(self) -> bool:
        return self.cap is not None and self.at_most == self.cap


def estimate_run(agent: AgentConfiguration, overrides: Mapping[str, Any] | None = None) -> Estimate:
    """Three queries. Raises ConfigurationError where it could not run at all."""
    configuration = parse_configuration(effective_config(agent, overrides))
    runs = list(
        Execution.objects.of_agent(agent.agent_type)
        .filter(completed_at__isnull=False)
        .newest_first()
        .values_list("pk", "status", "duration_ms")[:RECENT]
    )
    took = [ms for _, status, ms in runs if status == Status.COMPLETED and ms is not None]
    times = {"typical_ms": quantile(took, 0.5), "high_ms": quantile(took, 0.95), "timed": len(took)}
    model = asked_model(configuration)
    if not model:
        return Estimate("", **times)
    prices = current_prices()
    costs = _costs_of([pk for pk, *_ in runs], model, prices)
    return Estimate(
        model,
        typical=quantile(costs, 0.5),
        high=quantile(costs, 0.95),
        priced=len(costs),
        dearest=dearest_run(agent, configuration, prices),
        cap=agent.max_cost_per_execution,
        **times,
    )


def asked_model(configuration: Configuration) -> str:
    """The model that a run asks where it can be had; empty where the rules write."""
    analysis = configuration.analysis
    asks = analysis.asks_claude and has_claude()
    return analysis.model if asks and any(step.type == "analysis" for step in configuration.steps) else ""


def dearest_run(agent: AgentConfiguration, configuration: Configuration, prices: PriceList) -> Decimal | None:
    """Each analysis with every attempt billed, a prompt as long as it gets (a token a byte), and the longest
    answer; None where the model has no price.
    """
    analysis = configuration.analysis
    task = AnalysisTask(
        agent_name=agent.name,
        instructions=analysis.instructions,
        evidence=[],
        thresholds=configuration.thresholds.over(app_settings.get("health.thresholds")),
        model=analysis.model,
        effort=analysis.effort,
        max_tokens=analysis.max_tokens,
        timeout_s=0,
        prices=prices,
    )
    longest = prompt_tokens_at_most(build_request(task)[0]) + PROMPT_LIMIT + KNOWN_BYTES
    one = dearest_request(analysis.model, longest, analysis.max_tokens, at=datetime.now(UTC), prices=prices)
    count = sum(step.type == "analysis" for step in configuration.steps)
    return None if one is None else one * PATIENCE.attempts * count


def _costs_of(executions: Sequence[int], model: str, prices: PriceList) -> list[Decimal]:
    """What each of them spent on `model`, where it asked it and every price was known."""
    sums = (
        CostRecord.objects.filter(execution_id__in=executions)
        .order_by()
        .values_list("execution_id", "model_used")
        .annotate(Sum("total_cost_usd"))
    )
    by_run: dict[int | None, Decimal] = {}
    wanted = prices.name_of(model)
    for execution_id, used, cost in sums:
        if prices.name_of(used) == wanted and cost is not None:
            by_run[execution_id] = by_run.get(execution_id, Decimal(0)) + cost
    return list(by_run.values())


def quantile(values: Sequence[Any], share: float) -> Any:
    """The least of them that `share` of all do not pass; None of none."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None
