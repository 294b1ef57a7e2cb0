"""The last thirty days, from what was added up by day: what was spent, and how runs came out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from claudeops.front_page.charts import Layer, Stack, stack_days
from costs.models import DailyCost
from executions.models import ENDED, DailyExecutions
from system.days import start_of
from system.readable import read_count, read_short_usd

DAYS = 30
MOST_AGENTS = 6  # that have a colour of their own
OTHERS = "all others"
DAY = timedelta(days=1)


def last_days() -> list[date]:
    today = timezone.localdate()
    return [today - DAY * back for back in range(DAYS - 1, -1, -1)]


def spending(days: Sequence[date]) -> Stack:
    """USD of each day, by agent: the dearest in colours of their own, the others as one."""
    rows = DailyCost.objects.between(days[0], days[-1] + DAY).order_by()
    by_agent: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for agent_type, day, cost in rows.values_list("agent_type", "day").annotate(Sum("cost_usd")):
        by_agent[agent_type][day] = cost
    ranked = sorted(by_agent, key=lambda name: (-sum(by_agent[name].values()), name))
    layers = [
        _spending_layer(name, f"hue-{number}", by_agent[name], {"agent_type": name})
        for number, name in enumerate(ranked[:MOST_AGENTS])
    ]
    if rest := ranked[MOST_AGENTS:]:
        layers.append(_spending_layer(OTHERS, "hue-rest", _added_up([by_agent[name] for name in rest]), {}))
    return stack_days(layers, days, read_short_usd)


def _added_up(parts: Sequence[Mapping[date, Decimal]]) -> dict[date, Decimal]:
    total: dict[date, Decimal] = defaultdict(Decimal)
    for part in parts:
        for day, amount in part.items():
            total[day] += amount
    return total


def _spending_layer(name: str, look: str, amounts: Mapping[date, Decimal], where: Mapping[str, str]) -> Layer:
    base = reverse("admin:costs_dailycost_changelist")

    def day_url(day: date) -> str:
        return f"{base}?{urlencode({**where, 'day__gte': str(day), 'day__lt': str(day + DAY)})}"

    return Layer(name, look, amounts, day_url, f"{base}?{urlencode(where)}" if where else base)


def outcomes(days: Sequence[date]) -> tuple[Stack, dict[str, int]]:
    """Ended executions of each day by how they ended, and the sum of each."""
    rows = DailyExecutions.objects.filter(day__gte=days[0], day__lt=days[-1] + DAY).order_by()
    counts: dict[str, dict[date, int]] = {status.value: {} for status in ENDED}
    for status, day, count in rows.values_list("status", "day").annotate(Sum("executions")):
        counts[status][day] = count
    layers = [
        Layer(status, f"status-{status}", of_days, partial(_runs_url, status), _runs_url(status))
        for status, of_days in counts.items()
    ]
    return stack_days(layers, days, _count), {status: sum(days.values()) for status, days in counts.items()}


def _count(number: int | Decimal) -> str:
    return read_count(int(number)) if number == int(number) else str(number)


def _runs_url(status: str, day: date | None = None) -> str:
    wanted: dict[str, Any] = {"status__exact": status}
    if day is not None:
        wanted |= {"started_at__gte": start_of(day), "started_at__lt": start_of(day + DAY)}
    return f"{reverse('admin:executions_execution_changelist')}?{urlencode(wanted)}"
