from datetime import date, datetime
from typing import Literal

from system.wire import Out, UsdOut


class ForecastPart(Out):
    """`remaining` runs of a schedule, or days of everything else, at `each_usd`.

    `each_usd` is the median of a schedule's recent runs, or the mean of the recent days. `basis` says of
    what: the schedule's own runs, its agent's, days, or nothing (then it adds 0). `count` is how many there
    were; the quartiles in place of the median give `low_usd` and `high_usd`, stretched to the mean.
    """

    name: str
    trigger_source: str
    agent_type: str
    remaining: float
    basis: Literal["schedule", "agent", "days", "nothing"]
    count: int
    each_usd: UsdOut
    median_usd: UsdOut
    mean_usd: UsdOut
    lower_quartile_usd: UsdOut
    upper_quartile_usd: UsdOut
    amount_usd: UsdOut
    low_usd: UsdOut
    high_usd: UsdOut


class NotCounted(Out):
    """An enabled schedule that will not run, or of which nobody can tell when, and why."""

    name: str
    reason: str


class BudgetOutlook(Out):
    """Of a month's budget over everything: `passes_on` is when it is used up at this pace, null for never."""

    name: str
    amount_usd: UsdOut
    is_hard: bool
    passes: bool
    passes_on: date | None


class ForecastOut(Out):
    """What the current month will have cost: `spent_usd` and the parts, rounded to 6 places."""

    year: int
    month: int
    at: datetime
    spent_usd: UsdOut
    total_usd: UsdOut
    low_usd: UsdOut
    high_usd: UsdOut
    words: str
    parts: list[ForecastPart]
    not_counted: list[NotCounted]
    budgets: list[BudgetOutlook]
