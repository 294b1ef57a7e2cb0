"""What a budget still counts one by one, and retention must therefore leave."""

from datetime import datetime

from django.db.models import Q

from costs.budgets.sums import HELD_AT_MOST
from costs.budgets.windows import window_of
from costs.models import Budget, Scope


def counted_runs(now: datetime) -> Q:
    """Executions of schedules that have a cap on their runs, of its window: daily sums know no schedule.

    An empty Q where there are none.
    """
    counted = Q()
    for budget in Budget.objects.filter(enabled=True, scope=Scope.SCHEDULE, max_runs__isnull=False):
        window = window_of(budget.period, now)
        if window is not None:
            since = window.start - HELD_AT_MOST
            counted |= Q(trigger_source=budget.scope_value, created_at__gte=since)
    return counted
