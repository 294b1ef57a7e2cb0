"""What the newest runs of schedules and agents cost: what a forecast rests on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from executions.models import ENDED, Execution, Trigger

RECENT_RUNS = 20
READ_AT_MOST = 60  # of the newest runs, to find RECENT_RUNS among them whose cost is known
AT_ONCE = 50  # SQLite takes a few hundred SELECTs in one statement


class _Run(NamedTuple):
    agent_type: str
    trigger_source: str
    triggered_by: str
    status: str
    cost_usd: Decimal | None
    created_at: datetime
    pk: int


class RecentCosts:
    """USD of ended runs whose cost is known, at most RECENT_RUNS of each. A query for fifty of them."""

    def __init__(self, now: datetime) -> None:
        self._until = Q(created_at__lte=now)

    def of_schedules(self, schedules: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Decimal]]:
        """By source and agent: another agent's are left out, as names of schedules need not differ."""
        wanted = list(dict.fromkeys(schedules))
        # What is excluded is what the index on the source leaves out: SQLite uses it only when told.
        newest = Execution.objects.filter(self._until).exclude(trigger_source="").order_by("-created_at")
        runs = _read(
            [newest.filter(trigger_source=source) for source in dict.fromkeys(key[0] for key in wanted)]
        )
        runs.sort(key=lambda run: run.created_at, reverse=True)
        costs: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
        for run in _known(runs):
            if run.triggered_by == Trigger.SCHEDULE:
                costs[run.trigger_source, run.agent_type].append(run.cost_usd or Decimal(0))
        return {key: costs[key][:RECENT_RUNS] for key in wanted}

    def of_agents(self, agent_types: Iterable[str]) -> dict[str, list[Decimal]]:
        wanted = list(dict.fromkeys(agent_types))
        newest = Execution.objects.filter(self._until).newest_first()
        runs = _read([newest.filter(agent_type=agent_type) for agent_type in wanted])
        runs.sort(key=lambda run: run.pk, reverse=True)
        costs: dict[str, list[Decimal]] = defaultdict(list)
        for run in _known(runs):
            costs[run.agent_type].append(run.cost_usd or Decimal(0))
        return {agent_type: costs[agent_type][:RECENT_RUNS] for agent_type in wanted}


def _read(groups: Sequence[Any]) -> list[_Run]:
    """The first READ_AT_MOST of each group."""
    found: list[_Run] = []
    for start in range(0, len(groups), AT_ONCE):
        # Within a compound SQLite takes no LIMIT but in a subquery.
        rows = [
            Execution.objects.filter(pk__in=group.values("pk")[:READ_AT_MOST])
            .order_by()
            .values_list(*_Run._fields)
            for group in groups[start : start + AT_ONCE]
        ]
        found += [_Run(*row) for row in rows[0].union(*rows[1:], all=True)]
    return found


def _known(runs: Iterable[_Run]) -> Iterator[_Run]:
    return (run for run in runs if run.status in ENDED and run.cost_usd is not None)
