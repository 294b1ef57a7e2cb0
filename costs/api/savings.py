"""What was saved, what could be, and what stands out."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from costs.advice import Advice, advise, advised_agents
from costs.anomalies import Anomaly, find_anomalies
from costs.savings import AgentSavings, Savings, count_savings, total_of
from costs.schemas.savings import AdviceList, AnomalyFilters, AnomalyList, SavingsFilters, SavingsOut
from system.authentication import require
from system.errors import Invalid
from system.money import text_of
from system.paging import Page
from system.roles import Role
from system.wire import json_response

router = Router(tags=["costs"], auth=require(Role.VIEWER))


@router.get("/savings", response=SavingsOut)
def savings(request: HttpRequest, filters: Query[SavingsFilters]) -> HttpResponse:
    """What caching and the rules saved in these days, and what batches would have, with what it rests on."""
    now = timezone.now()
    first, last = _range_of(filters, timezone.localdate(now))
    return json_response(_savings(count_savings(first, last, now)))


@router.get("/advice", response=AdviceList)
def advice(request: HttpRequest, page: Query[Page]) -> HttpResponse:
    """For each agent, the cheapest model that lately came to the same verdicts; or why there is none."""
    now = timezone.now()
    agents = advised_agents(now)
    items = [_advice(advise(agent, now)) for agent in agents[page.window]]
    return json_response({"items": items, "count": len(agents)})


@router.get("/anomalies", response=AnomalyList)
def anomalies(request: HttpRequest, filters: Query[AnomalyFilters]) -> HttpResponse:
    """Days and runs far above their history, the newest first; of runs, the last 500 of each agent."""
    found = find_anomalies(timezone.now(), filters.days)
    return json_response({"items": [_anomaly(item) for item in found[filters.window]], "count": len(found)})


def _range_of(filters: SavingsFilters, today: date) -> tuple[date, date]:
    last = filters.date_to or today
    first = filters.date_from or last.replace(day=1)
    if first > last:
        raise Invalid(f"date_from must not be after date_to, which is {last}.", field="date_from")
    return first, last


def _savings(found: Savings) -> dict[str, Any]:
    cache = total_of(agent.cache_saved_usd for agent in found.agents)
    return {
        "date_from": found.first,
        "date_to": found.last,
        "cache_saved_usd": cache,
        "cache": f"Caching cost {text_of(-cache)} USD more than it saved."
        if cache < 0
        else f"Caching saved {text_of(cache)} USD.",
        "batchable_usd": total_of(agent.batchable_usd for agent in found.agents),
        "batch_saves_usd": total_of(agent.batch_saves_usd for agent in found.agents),
        "batch": _batch_words(found),
        "rules_saved_usd": total_of(agent.rules_saved_usd for agent in found.agents),
        "rules_unknown": [agent.agent_type for agent in found.agents if agent.rules_saved_usd is None],
        "agents": [_agent(agent) for agent in found.agents],
    }


def _batch_words(found: Savings) -> str:
    words = "If all that could have waited had been sent in batches, at today's discounts."
    return (
        f"{words} Left out, for want of a price today: {', '.join(found.unpriced)}."
        if found.unpriced
        else words
    )


def _agent(agent: AgentSavings) -> dict[str, Any]:
    return {
        "agent_type": agent.agent_type,
        "cache_saved_usd": agent.cache_saved_usd,
        "batchable_usd": agent.batchable_usd,
        "batch_saves_usd": agent.batch_saves_usd,
        "rules": {
            "completed": agent.completed,
            "billed": agent.billed,
            "free_runs": agent.free_runs,
            "mean_usd": agent.mean_usd,
            "mean_of": agent.billed_recently,
            "saved_usd": agent.rules_saved_usd,
            "reason": agent.reason,
        },
    }


def _advice(advice: Advice) -> dict[str, Any]:
    found = advice.comparison
    return {
        "agent_type": advice.agent_type,
        "advised": advice.advised,
        "reason": advice.reason,
        "comparison": found
        and {
            "model": found.model,
            "instead_of": found.instead_of,
            "pairs": found.pairs,
            "agreed": found.agreed,
            "mean_usd": found.mean_usd,
            "instead_mean_usd": found.instead_mean_usd,
        },
        "runs": advice.runs,
        "saves_usd": advice.saves_usd,
    }


def _anomaly(found: Anomaly) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "agent_type": found.agent_type or None,
        "day": found.day,
        "execution_id": found.execution,
        "value_usd": found.value,
        "median_usd": found.history.median,
        "spread_usd": found.history.spread,
        "limit_usd": found.history.limit,
        "count": found.history.count,
        "window": found.window,
    }
