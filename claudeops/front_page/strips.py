"""The newest runs of agents, side by side."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from agents.models import AgentConfiguration
from executions.models import Execution, ExecutionTotal
from system.readable import read_duration

STRIP = 60


class StripRun(NamedTuple):
    agent_type: str
    pk: int
    uid: UUID
    status: str
    started_at: datetime
    completed_at: datetime | None
    duration_ms: int | None
    cost_usd: Decimal | None


@dataclass(frozen=True)
class Cell:
    """One run of a strip: `status` is its look."""

    status: str
    url: str
    title: str


def strip_runs(agent_types: Sequence[str]) -> dict[str, list[StripRun]]:
    """The newest STRIP runs of each, the oldest first: read by the index on agent and id, never the table."""
    wanted = Q(pk__in=())
    for agent_type, first in _firsts(agent_types).items():
        wanted |= Q(agent_type=agent_type, pk__gte=first or 0)
    runs = Execution.objects.filter(wanted).order_by("pk")
    strips: dict[str, list[StripRun]] = defaultdict(list)
    for row in runs.values_list(*StripRun._fields):
        run = StripRun(*row)
        strips[run.agent_type].append(run)
    return defaultdict(list, {agent_type: found[-STRIP:] for agent_type, found in strips.items()})


def cells_of(strips: Mapping[str, Sequence[StripRun]]) -> dict[str, list[Cell]]:
    base = reverse("admin:executions_execution_changelist")
    return defaultdict(
        list, {agent_type: [_cell(run, base) for run in runs] for agent_type, runs in strips.items()}
    )


def _cell(run: StripRun, base: str) -> Cell:
    took = "" if run.duration_ms is None else f" in {read_duration(run.duration_ms)}"
    title = f"{run.status.capitalize()}{took}, {timezone.localtime(run.started_at):%Y-%m-%d %H:%M}"
    return Cell(run.status, f"{base}{run.uid}/change/", title)


def _firsts(agent_types: Sequence[str]) -> dict[str, int | None]:
    """With which run a strip begins; None is with the first. Of agents that are known, or have ended one."""
    runs = Execution.objects.of_agent(OuterRef("agent_type")).newest_first()  # type: ignore[arg-type]
    first = Subquery(runs.values("pk")[STRIP - 1 : STRIP])
    configured = AgentConfiguration.objects.filter(agent_type__in=agent_types).order_by()
    ended = ExecutionTotal.objects.filter(agent_type__in=agent_types).order_by()
    return {
        **dict(ended.values_list("agent_type", first).distinct()),
        **dict(configured.values_list("agent_type", first)),
    }
