"""Whether a month's budgets will be passed, if the month goes on as forecast."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate

from django.db.models import Sum
from django.utils import timezone

from costs.forecast import Forecast
from costs.models import Budget, DailyCost, Period, Scope
from costs.months import MICROSECOND, Month


@dataclass(frozen=True)
class Outlook:
    """`passes_on` is the day in TIME_ZONE on which the amount is, or was, used up; None if it is not."""

    budget: Budget
    amount: Decimal
    passes_on: date | None


def outlooks(forecast: Forecast) -> list[Outlook]:
    """Of each enabled budget in USD over everything and a month. Straight on from now to the forecast."""
    budgets = Budget.objects.filter(enabled=True, scope=Scope.ALL, period=Period.MONTH)
    spent = _spent_by_day(forecast.month)
    amounts = ((budget, budget.amount_usd) for budget in budgets)
    return [
        Outlook(budget, amount, _passes_on(amount, forecast, spent))
        for budget, amount in amounts
        if amount is not None
    ]


def _passes_on(amount: Decimal, forecast: Forecast, spent: Iterable[tuple[date, Decimal]]) -> date | None:
    if amount <= forecast.spent:
        return next((day for day, so_far in spent if so_far >= amount), forecast.month.first_day)
    if amount > forecast.total:
        return None
    share = (amount - forecast.spent) / (forecast.total - forecast.spent)
    return timezone.localdate(_after_share(forecast, share))


def _after_share(forecast: Forecast, share: Decimal) -> datetime:
    """A moment before the month's end, as that is the next month's first."""
    left = forecast.month.end - forecast.at
    passed = timedelta(microseconds=int(share * (left // MICROSECOND)))
    return min(forecast.at + passed, forecast.month.end - MICROSECOND)


def _spent_by_day(month: Month) -> list[tuple[date, Decimal]]:
    """What had been spent in the month by the end of each day with a record."""
    rows = DailyCost.objects.between(month.first_day, month.next_day)
    days = list(rows.order_by("day").values_list("day").annotate(Sum("cost_usd")))
    return list(zip((day for day, _ in days), accumulate(amount for _, amount in days), strict=True))
