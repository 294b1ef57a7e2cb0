"""Runs that have ended, as those who follow them need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from pydantic import ValidationError

from agents.reports import Report
from executions.models import Execution, Status, Trigger

COLUMNS = (
    "id", "uid", "agent_type", "node_id", "status", "started_at", "completed_at", "duration_ms",
    "error_message", "ai_analysis", "triggered_by", "trigger_source", "execution_context__overrides",
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """A run that has ended; `report` is None where there is none, or none that is as reports are.

    `judged_by` is empty where the agent's own configuration judged; else it names the schedule or webhook
    that has other limits or instructions for its runs. Such a run by hand `is_trial`: what comes of it says
    nothing of how things are.
    """

    pk: int
    uid: UUID
    agent_type: str
    node_id: str
    status: str
    started_at: datetime
    ended_at: datetime
    duration_ms: int
    error_message: str
    report: Report | None
    is_trial: bool
    judged_by: str

    def subject(self, kind: str) -> str:
        return f"{kind}:{self.agent_type}:{self.node_id}"[:200]

    @property
    def where(self) -> str:
        return f"{self.agent_type} on {self.node_id}"

    @property
    def is_complete(self) -> bool:
        """It has looked at everything it was to look at: what it does not find is gone."""
        return self.status == Status.COMPLETED


def ended_runs(ids: Sequence[int]) -> list[Ended]:
    """In the order of `ids`; what was deleted meanwhile is left out."""
    rows = Execution.objects.filter(pk__in=ids).values_list(*COLUMNS) if ids else []
    found = {row[0]: _ended(*row) for row in rows}
    return [found[pk] for pk in ids if pk in found]


def _ended(
    pk: int, uid: UUID, agent_type: str, node_id: str, status: str, started_at: datetime,
    ended_at: datetime | None, duration_ms: int | None, error: str, analysis: Any, trigger: str, source: str,
    overrides: Any,
) -> Ended:  # fmt: skip
    return Ended(
        pk=pk,
        uid=uid,
        agent_type=agent_type,
        node_id=node_id,
        status=status,
        started_at=started_at,
        ended_at=ended_at or timezone.now(),
        duration_ms=duration_ms or 0,
        error_message=error,
        report=report_of(analysis),
        is_trial=bool(overrides) and trigger == Trigger.MANUAL,
        judged_by=source if overrides else "",
    )


def report_of(analysis: Any) -> Report | None:
    """None where there is none, or where SQL, another version or an agent elsewhere wrote another shape."""
    if not analysis:
        return None
    try:
        return Report.model_validate(analysis)
    except ValidationError:
        return None
