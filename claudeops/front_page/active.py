"""What waits and runs now: how far each has come, and what it has cost so far."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from agents.models import AgentConfiguration, Hold
from executions.models import Execution, ExecutionStep, Status, StepStatus
from executions.statistics import count_active

MOST_ROWS = 25
COLUMNS = (
    "pk", "uid", "agent_type", "status", "node_id", "started_at", "event_count", "cost_usd",
    "cancel_requested_at", "queued_at",
)  # fmt: skip


@dataclass(frozen=True)
class ActiveRun:
    """`seq` is the number of the last event that is counted in; what comes later adds to this.

    `held` is why it waits where a limit would have refused it.
    """

    execution_id: UUID
    agent_type: str
    name: str
    status: str
    node_id: str
    started_at: datetime
    seq: int
    cost_usd: Decimal | None
    step_number: int | None
    step_name: str
    steps: int
    is_cancelling: bool
    held: str


@dataclass(frozen=True)
class ActiveNow:
    """The newest `runs`, and how many there are in all."""

    runs: list[ActiveRun]
    running: int
    waiting: int

    def as_message(self) -> dict[str, Any]:
        return {"runs": [asdict(run) for run in self.runs], "running": self.running, "waiting": self.waiting}

    @property
    def others(self) -> int:
        return self.running + self.waiting - len(self.runs)


NOTHING = ActiveNow([], 0, 0)


def active_now() -> ActiveNow:
    """Six queries, whatever there is."""
    counts = count_active()
    # What runs stands before what waits, and so before any number of held ones.
    rows = list(Execution.objects.active().order_by("-status", "-id").values(*COLUMNS)[:MOST_ROWS])
    keys = [row["pk"] for row in rows]
    names = dict(AgentConfiguration.objects.values_list("agent_type", "name"))
    steps = dict(
        ExecutionStep.objects.filter(execution__in=keys)
        .order_by()
        .values_list("execution")
        .annotate(Count("id"))
    )
    current = {
        execution: (number, name)
        for execution, number, name in ExecutionStep.objects.filter(
            Q(execution__in=keys), status=StepStatus.RUNNING
        ).values_list("execution", "step_number", "step_name")
    }
    holds = dict(Hold.objects.filter(execution__in=keys).values_list("execution", "detail"))
    return ActiveNow(
        runs=[
            _run(row, names, steps.get(row["pk"], 0), current.get(row["pk"]), holds.get(row["pk"], ""))
            for row in rows
        ],
        running=counts[Status.RUNNING],
        waiting=counts[Status.PENDING],
    )


def _run(
    row: dict[str, Any], names: dict[str, str], steps: int, step: tuple[int, str] | None, held: str
) -> ActiveRun:
    return ActiveRun(
        execution_id=row["uid"],
        agent_type=row["agent_type"],
        name=names.get(row["agent_type"], row["agent_type"]),
        status=row["status"],
        node_id=row["node_id"],
        started_at=row["started_at"],
        seq=row["event_count"],
        cost_usd=row["cost_usd"],
        step_number=step[0] if step else None,
        step_name=step[1] if step else "",
        steps=steps,
        is_cancelling=row["cancel_requested_at"] is not None,
        held=held if row["queued_at"] is None else "",
    )
