from datetime import date, datetime

from system.wire import Day, In, Out, UsdOut


class DayReconciled(Out):
    """A day in UTC. `difference_usd` is what was recorded less what Anthropic reported.

    `differs`: by more than 0.01 USD and 0.5 % of what was reported.
    """

    day: date
    recorded_usd: UsdOut
    reported_usd: UsdOut
    difference_usd: UsdOut
    differs: bool
    unpriced_records: int
    checked_at: datetime


class DaysReconciled(Out):
    items: list[DayReconciled]
    count: int


class ReconcileIn(In):
    """Days in UTC, both included. Left out: the last seven that are over."""

    date_from: Day | None = None
    date_to: Day | None = None
