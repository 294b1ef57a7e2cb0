"""What became of due times, as rows and as counters."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.launch_desk import Taken
from scheduling.due_times import DueTime
from scheduling.models import Fire, FireState, Schedule
from system.counters import count_all
from system.statements import insert_rows

LATE_MS = 1000  # more is counted as late
COLUMNS = (
    "schedule_id", "due_at", "node_id", "state", "reason", "execution_id", "covers", "fired_at", "lateness_ms"
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What becomes of one due time on one node; `label` is what the counter of the skipped knows it by."""

    schedule: Schedule
    time: DueTime
    node: str
    state: FireState
    reason: str = ""
    label: str = ""
    taken: Taken | None = None
    blocked_by: int | None = None

    @property
    def execution_id(self) -> int | None:
        """Of the run that was launched, once it is written; else of the one that stood in its way."""
        execution = self.taken.execution if self.taken else None
        return execution.pk if execution else self.blocked_by

    def lateness_ms(self, now: datetime) -> int:
        return max(0, round((now - self.time.run_at).total_seconds() * 1000))


def write_outcomes(outcomes: Sequence[Outcome], now: datetime) -> None:
    """In the transaction that moves their schedules on, after what they launched was written."""
    insert_rows(Fire, COLUMNS, [_row(outcome, now) for outcome in outcomes])
    count_all(_sums(outcomes, now))


def _row(outcome: Outcome, now: datetime) -> tuple[Any, ...]:
    return (
        outcome.schedule.pk,
        outcome.time.due_at,
        outcome.node,
        outcome.state.value,
        outcome.reason,
        outcome.execution_id,
        outcome.time.covers,
        now,
        outcome.lateness_ms(now),
    )


def _sums(outcomes: Sequence[Outcome], now: datetime) -> Counter[tuple[str, ...]]:
    sums: Counter[tuple[str, ...]] = Counter()
    for outcome in outcomes:
        agent = outcome.schedule.agent_id
        match outcome.state:
            case FireState.LAUNCHED:
                sums["fires_launched", agent] += 1
                if outcome.lateness_ms(now) > LATE_MS:
                    sums["fires_late", agent] += 1
            case FireState.MISSED:
                sums["fires_missed", agent] += outcome.time.covers
            case _:
                sums["fires_skipped", agent, outcome.label] += 1
    return sums
