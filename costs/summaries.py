"""MonthlyCostSummary: a month as one row, summed up from its days by a job, and whenever somebody asks."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from costs.models import DailyCost, MonthlyCostSummary
from costs.months import Month, month_at, month_before, month_of
from costs.querysets import sums_of
from costs.sums import month_sums, sums_by_month
from executions.services import writing
from executions.statistics import average_usd
from system.errors import Invalid, NotFound
from system.money import text_of

UNKNOWN = "unknown"


def find_summary(year: int, month: int) -> MonthlyCostSummary:
    found = MonthlyCostSummary.objects.filter(year=year, month=month).first()
    if found is None:
        raise NotFound(f"{year}-{month:02} has not been summed up.")
    return found


def update_monthly_summary(year: int, month: int) -> MonthlyCostSummary:
    """Sum the month up anew from its days (row 34 of the seed), those of now, whatever was written before.

    Raises Invalid for a month that has not begun: its row of zeros would read as a month that was free.
    """
    asked = month_at(year, month)
    if asked.first_day > timezone.localdate():
        raise Invalid(f"{year}-{month:02} has not begun yet.", field="month")
    return _write(asked)


def update_due_summaries(now: datetime) -> list[MonthlyCostSummary]:
    """The current month, the one before, and earlier ones whose summary is missing or out of date."""
    current = month_of(now)
    earlier = (month for month in _differing() if month.first_day < current.first_day)
    due = {month.first_day: month for month in (current, month_before(current), *earlier)}
    return [_write(due[day]) for day in sorted(due)]


def _write(month: Month) -> MonthlyCostSummary:
    """One at a time, reading and writing: no older sums may be written over newer ones."""
    first = month.first_day
    with writing():
        return MonthlyCostSummary.objects.update_or_create(
            year=first.year, month=first.month, defaults=_summed_up(month)
        )[0]


def _summed_up(month: Month) -> dict[str, Any]:
    sums = month_sums(month, "cost_usd", "executions", "tokens_used")
    executions = sums["executions"]
    return {
        "total_cost_usd": sums["cost_usd"],
        "total_executions": executions,
        "total_tokens": sums["tokens_used"],
        "avg_cost_per_execution": average_usd(sums["cost_usd"], executions),
        "avg_tokens_per_execution": sums["tokens_used"] / executions if executions else 0.0,
        "cost_by_agent_type": _cost_by_agent(month),
    }


def _cost_by_agent(month: Month) -> dict[str, str]:
    days = DailyCost.objects.between(month.first_day, month.next_day)
    rows: Any = days.values_list("agent_type").annotate(**sums_of("cost_usd")).order_by("agent_type")
    found: dict[str, Decimal] = {}
    for agent_type, cost in rows:
        agent = agent_type or UNKNOWN
        found[agent] = found.get(agent, Decimal(0)) + cost
    return {agent: text_of(cost) for agent, cost in found.items()}


def _differing() -> Iterable[Month]:
    known = {
        (row.year, row.month): (row.total_cost_usd, row.total_executions, row.total_tokens)
        for row in MonthlyCostSummary.objects.all()
    }
    for row in sums_by_month():
        key = (row["year"], row["month"])
        if known.get(key) != (row["cost_usd"], row["executions"], row["tokens_used"]):
            yield month_at(*key)
