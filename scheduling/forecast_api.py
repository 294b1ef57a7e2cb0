"""The forecast needs the schedules, which the ledger knows nothing of: so its route is here."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from costs.budget_outlook import Outlook, outlooks
from costs.forecast import PLACES, Forecast, Part, forecast_month
from costs.schemas.forecast import ForecastOut
from scheduling.forecast import plan_month
from system.authentication import require
from system.roles import Role
from system.wire import json_response

router = Router(tags=["costs"], auth=require(Role.VIEWER))


@router.get("/forecast", response=ForecastOut)
def forecast(request: HttpRequest) -> HttpResponse:
    """What this month will have cost: spent so far, the schedules' remaining runs, the mean of the rest."""
    now = timezone.now()
    plan = plan_month(now)
    found = forecast_month(now, plan.planned)
    not_counted = [{"name": name, "reason": reason} for name, reason in plan.not_counted]
    return json_response(
        {
            **_figures(found),
            "words": _words(found),
            "parts": [_part(part) for part in found.parts],
            "not_counted": not_counted,
            "budgets": [_outlook(outlook) for outlook in outlooks(found)],
        }
    )


def _figures(found: Forecast) -> dict[str, Any]:
    return {
        "year": found.month.first_day.year,
        "month": found.month.first_day.month,
        "at": found.at,
        "spent_usd": found.spent,
        "total_usd": found.total,
        "low_usd": found.low,
        "high_usd": found.high,
    }


def _words(found: Forecast) -> str:
    unknown = [
        part.name for part in found.parts if part.source and part.basis == "nothing" and part.remaining
    ]
    if not found.spent and all(part.basis == "nothing" for part in found.parts):
        return "Nothing has been recorded yet, so nothing can be foreseen: 0 is no forecast."
    if unknown:
        return f"Counted as 0, as no run of theirs has a known cost yet: {', '.join(unknown)}."
    return "Spent so far, remaining runs at their median cost, and remaining days at the mean of the rest."


def _part(part: Part) -> dict[str, Any]:
    spread = part.spread
    return {
        "name": part.name,
        "trigger_source": part.source,
        "agent_type": part.agent_type,
        "remaining": round(float(part.remaining), 4),
        "basis": part.basis,
        "count": spread.count,
        "each_usd": part.each.quantize(PLACES),
        "median_usd": spread.median.quantize(PLACES),
        "mean_usd": spread.mean.quantize(PLACES),
        "lower_quartile_usd": spread.lower.quantize(PLACES),
        "upper_quartile_usd": spread.upper.quantize(PLACES),
        "amount_usd": part.amount,
        "low_usd": part.low,
        "high_usd": part.high,
    }


def _outlook(outlook: Outlook) -> dict[str, Any]:
    return {
        "name": outlook.budget.name,
        "amount_usd": outlook.amount,
        "is_hard": outlook.budget.is_hard,
        "passes": outlook.passes_on is not None,
        "passes_on": outlook.passes_on,
    }
