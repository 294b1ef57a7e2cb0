"""The current month as a whole: what it has come to, what it will come to, and what it may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from claudeops.front_page.charts import round_up
from costs.budget_outlook import Outlook, outlooks
from costs.budgets.usage import BudgetState, states_of
from costs.budgets.wording import rounded_text, used_text
from costs.forecast import Forecast, forecast_month
from costs.models import Budget
from scheduling.forecast import plan_month
from system.readable import read_short_usd

MOST_BUDGETS = 50
MARK = '<line class="bar-limit" x1="{0}" x2="{0}" y1="0" y2="20"><title>{1}: {2}</title></line>'
PICTURE = (
    '<rect class="bar-range" x="{}" y="4" width="{}" height="12"/>'
    '<rect class="bar-spent" x="0" y="4" width="{}" height="12"/>'
    '<line class="bar-point" x1="{}" x2="{}" y1="2" y2="18"/>{}'
)


@dataclass(frozen=True)
class MonthNow:
    """`not_counted` are schedules that the forecast leaves out, and why.

    `budgets` each come with what is used of them, rounded and exact.
    """

    forecast: Forecast
    not_counted: Sequence[tuple[str, str]]
    outlooks: Sequence[Outlook]
    budgets: Sequence[tuple[BudgetState, str, str]]

    @property
    def end(self) -> Decimal:
        """Of the picture's axis."""
        return round_up(max([self.forecast.high, *(outlook.amount for outlook in self.outlooks)]))

    @property
    def picture(self) -> SafeString:
        """On a field of 1000 by 20: what is spent, the forecast with its range, and the budgets."""

        def place(amount: Decimal) -> float:
            return round(float(amount * 1000 / self.end), 1)

        known = self.forecast
        low, high, point = place(known.low), place(known.high), place(known.total)
        marks = format_html_join(
            "",
            MARK,
            ((place(each.amount), each.budget.name, read_short_usd(each.amount)) for each in self.outlooks),
        )
        spent = place(known.spent)
        return format_html(PICTURE, low, round(max(high - low, 2), 1), spent, point, point, marks)


def month_now(now: datetime) -> MonthNow:
    plan = plan_month(now)
    forecast = forecast_month(now, plan.planned)
    enabled = list(Budget.objects.filter(enabled=True)[:MOST_BUDGETS])
    return MonthNow(
        forecast=forecast,
        not_counted=plan.not_counted,
        outlooks=outlooks(forecast),
        budgets=[
            (state, used_text(state, rounded_text), used_text(state)) for state in states_of(enabled, now)
        ],
    )
