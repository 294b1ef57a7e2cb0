"""What was spent by day and by month, from DailyTotal: a row a day, whoever wrote what it sums up.

No cache: a year is 366 rows and an answer one query, so there is nothing to gain (the seed's 300 s for the
current month), and a record in an old month, a repair or a new price is in the next answer.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils import timezone

from costs.models import DailyTotal
from costs.models.daily import AMOUNTS, COUNTS
from costs.months import Month, month_before, month_of
from costs.querysets import sums_of
from executions.statistics import average_usd

SHOWN = ("cost_usd", "executions", "tokens_used", "records", "unpriced_records")
NOTHING: Mapping[str, Any] = {**dict.fromkeys(SHOWN, 0), "cost_usd": Decimal(0)}


def month_sums(month: Month, *columns: str) -> dict[str, Any]:
    """Of the whole month: `columns`, which are some of COUNTS and AMOUNTS."""
    return DailyTotal.objects.between(month.first_day, month.next_day).add_up(*columns)


def current_month() -> dict[str, Any]:
    """What schemas.sums.CurrentMonth describes (row 31 of the seed)."""
    month = month_of(timezone.now())
    sums = month_sums(month, *COUNTS, *AMOUNTS)
    return {
        "year": month.first_day.year,
        "month": month.first_day.month,
        "cost": sums["cost_usd"],
        "tokens": sums["tokens_used"],
        "avg_cost_per_execution": average_usd(sums["cost_usd"], sums["executions"]),
        "cache_saved": sums["cache_saved_usd"],
        **{name: sums[name] for name in COUNTS if name != "tokens_used"},
    }


def daily_costs(days: int) -> list[dict[str, Any]]:
    """What schemas.sums.DayCost describes (row 38): the last `days` days, today the last of them."""
    today = timezone.localdate()
    first, after = today - timedelta(days=days - 1), today + timedelta(days=1)
    rows = DailyTotal.objects.between(first, after).order_by("day").values("day", *SHOWN)
    found = {row["day"]: row for row in rows}
    wanted = (first + timedelta(days=number) for number in range(days))
    return [{"date": day, **_shown(found.get(day, NOTHING), "execution_count")} for day in wanted]


def cost_trends(months: int) -> list[dict[str, Any]]:
    """What schemas.sums.MonthCost describes (row 33): the last `months` months, the current one first."""
    wanted = _months_back(months)
    rows = sums_by_month(wanted[-1].first_day, wanted[0].next_day)
    found = {(row["year"], row["month"]): row for row in rows}
    keys = [(month.first_day.year, month.first_day.month) for month in wanted]
    return [
        {"year": key[0], "month": key[1], **_shown(found.get(key, NOTHING), "total_executions")}
        for key in keys
    ]


def _months_back(count: int) -> list[Month]:
    months = [month_of(timezone.now())]
    while len(months) < count:
        months.append(month_before(months[-1]))
    return months


def sums_by_month(first: date = date.min, after: date = date.max) -> Iterable[Mapping[str, Any]]:
    """SHOWN of each `year` and `month` that has a row. A day is a date already: it needs no time zone."""
    rows = DailyTotal.objects.between(first, after).order_by()
    months = rows.annotate(year=ExtractYear("day"), month=ExtractMonth("day")).values("year", "month")
    return months.annotate(**sums_of(*SHOWN))


def _shown(sums: Mapping[str, Any], executions: str) -> dict[str, Any]:
    return {
        "total_cost": sums["cost_usd"],
        executions: sums["executions"],
        "avg_cost_per_execution": average_usd(sums["cost_usd"], sums["executions"]),
        "tokens": sums["tokens_used"],
        "records": sums["records"],
        "unpriced_records": sums["unpriced_records"],
    }
