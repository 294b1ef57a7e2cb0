"""The console's page about money: what the month has cost and will cost, what of, and what stands out."""

from typing import Any

from django.utils import timezone

from costs.advice import advise, advised_agents
from costs.anomalies import find_anomalies
from costs.breakdowns import Group, cost_breakdown
from costs.budget_outlook import outlooks
from costs.budgets.usage import states_of
from costs.budgets.wording import used_text
from costs.forecast import forecast_month
from costs.models import Budget
from costs.months import month_of
from costs.savings import count_savings, total_of
from costs.sums import cost_trends, current_month
from scheduling.forecast import plan_month
from system.paging import Page

MONTHS = 6
PARTS = Page(limit=10)
BUDGETS = 50
AGENTS = 20
ANOMALY_DAYS = 30
ANOMALIES = 10


def costs_page() -> dict[str, Any]:
    """The context of templates/claudeops/costs_page.html. Every list has a bound."""
    now = timezone.now()
    plan = plan_month(now)
    forecast = forecast_month(now, plan.planned)
    savings = count_savings(month_of(now).first_day, timezone.localdate(now), now)
    return {
        "month": current_month(),
        "forecast": forecast,
        "not_counted": plan.not_counted,
        "outlooks": outlooks(forecast),
        "budgets": [
            (state, used_text(state))
            for state in states_of(list(Budget.objects.filter(enabled=True)[:BUDGETS]), now)
        ],
        "months": cost_trends(MONTHS),
        "breakdowns": [
            (group.value, cost_breakdown(group, span=(None, None), wanted={}, page=PARTS)["items"])
            for group in (Group.AGENT, Group.MODEL, Group.NODE, Group.SCHEDULE)
        ],
        "savings": savings,
        "cache_saved": total_of(agent.cache_saved_usd for agent in savings.agents),
        "batch_saves": total_of(agent.batch_saves_usd for agent in savings.agents),
        "rules_saved": total_of(agent.rules_saved_usd for agent in savings.agents),
        "advice": [advise(agent, now) for agent in advised_agents(now)[:AGENTS]],
        "anomalies": find_anomalies(now, ANOMALY_DAYS)[:ANOMALIES],
    }
