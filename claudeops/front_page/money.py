"""The month's spend, what it will come to, and the budgets nearest to their limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from costs.budget_outlook import Outlook, outlooks
from costs.budgets.usage import BudgetState, states_of
from costs.budgets.wording import UNITS
from costs.forecast import Forecast, forecast_month
from costs.models import Budget
from costs.sums import current_month
from scheduling.forecast import plan_month
from system.readable import read_count, read_short_usd

MOST_READ = 50
MOST_SHOWN = 4


@dataclass(frozen=True)
class BudgetNow:
    state: BudgetState

    @property
    def used(self) -> str:
        """As in "$0.27 of $0.50, 2 of 20 runs": rounded, as the exact one stands on the budget's own page."""
        return ", ".join(
            f"{read_short_usd(cap.spent)} of {read_short_usd(cap.limit)}"
            if isinstance(cap.spent, Decimal) and isinstance(cap.limit, Decimal)
            else f"{read_count(int(cap.spent))} of {read_count(int(cap.limit))} {UNITS[cap.column]}"
            for cap in self.state.caps
        )

    @property
    def percent(self) -> float:
        return round(float((self.state.share or Decimal(0)) * 100), 1)


@dataclass(frozen=True)
class MoneyNow:
    """`passes` are the budgets of a month that it will pass, if it goes on like this."""

    month: dict[str, Any]
    forecast: Forecast
    budgets: Sequence[BudgetNow]
    passes: Sequence[Outlook]


def money_now(now: datetime) -> MoneyNow:
    forecast = forecast_month(now, plan_month(now).planned)
    enabled = list(Budget.objects.filter(enabled=True)[:MOST_READ])
    states = [state for state in states_of(enabled, now) if state.share is not None]
    states.sort(key=lambda state: state.share or Decimal(0), reverse=True)
    return MoneyNow(
        month=current_month(),
        forecast=forecast,
        budgets=[BudgetNow(state) for state in states[:MOST_SHOWN]],
        passes=[outlook for outlook in outlooks(forecast) if outlook.passes_on is not None],
    )
