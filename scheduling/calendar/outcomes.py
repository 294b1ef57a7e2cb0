"""What may be said of a due time in the calendar."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from executions.models import Status
from scheduling.calendar.schedules import Line
from scheduling.models import FireState


class Outcome(StrEnum):
    """`launched` is that of a run that is not known any more, or whose end is not looked at."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RUNNING = "running"
    PENDING = "pending"
    LAUNCHED = "launched"
    SKIPPED = "skipped"
    MISSED = "missed"
    REFUSED = "refused"
    DUE = "due"
    DISABLED = "disabled"

    @property
    def is_trouble(self) -> bool:
        return self in TROUBLE


TROUBLE: Collection[Outcome] = {Outcome.FAILED, Outcome.MISSED, Outcome.REFUSED}
WORDS = {
    Outcome.COMPLETED: "completed",
    Outcome.FAILED: "failed",
    Outcome.CANCELLED: "cancelled",
    Outcome.RUNNING: "running",
    Outcome.PENDING: "waiting",
    Outcome.LAUNCHED: "fired",
    Outcome.SKIPPED: "skipped",
    Outcome.MISSED: "missed",
    Outcome.REFUSED: "refused",
    Outcome.DUE: "due",
    Outcome.DISABLED: "due, agent disabled",
}


def outcome_of(state: str, status: str | None) -> Outcome:
    """Of a row that says `state`, and of the run that it launched."""
    if state != FireState.LAUNCHED:
        return Outcome(state)
    return Outcome(Status(status).value) if status else Outcome.LAUNCHED


@dataclass(slots=True)
class Entry:
    """One due time of a schedule, on one of its nodes if it has come.

    `together` other schedules are due in its minute, of which `same_agent` have its agent; both are counted
    only of what is still due.
    """

    at: datetime
    schedule: Line
    outcome: Outcome
    node: str = ""
    reason: str = ""
    covers: int = 1
    fire_id: int | None = None
    execution_id: UUID | None = None
    together: int = 0
    same_agent: int = 0


@dataclass(slots=True)
class Band:
    """All due times of a schedule on one day, where they are too many to be shown one by one.

    `launched` among `counts` are those that have not failed and were not cancelled.
    """

    schedule: Line
    counts: dict[Outcome, int] = field(default_factory=dict)

    @property
    def fired(self) -> int:
        return sum(self.counts.get(each, 0) for each in (Outcome.LAUNCHED, Outcome.FAILED, Outcome.CANCELLED))

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def is_trouble(self) -> bool:
        return any(outcome.is_trouble and count for outcome, count in self.counts.items())
