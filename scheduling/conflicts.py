"""Other schedules that are due in the same minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduling.cron import Cron
from scheduling.models import Schedule
from system.errors import Invalid

COMPARED = 1000
NAMED = 5
MANY = 5


@dataclass(frozen=True)
class Conflict:
    """`count` others are due at `at`; `named` are the first of them, `same_agent` how many run its agent."""

    at: datetime
    count: int
    same_agent: int
    named: Sequence[Schedule]

    @property
    def who(self) -> str:
        names = ", ".join(other.name for other in self.named)
        return f"{names} and {self.count - len(self.named)} more" if self.count > len(self.named) else names


@dataclass(frozen=True)
class Conflicts:
    """`is_cut`: there were more schedules than are compared."""

    found: Sequence[Conflict] = ()
    is_cut: bool = False


def find_conflicts(schedule: Schedule, due: Sequence[datetime]) -> Conflicts:
    """Of enabled schedules with an enabled agent, the first thousand by name, at the times `due`."""
    rows = Schedule.objects.filter(enabled=True, agent__enabled=True).exclude(pk=schedule.pk)
    compared = list(rows.order_by("name", "pk")[: COMPARED + 1]) if due else []
    meetings = _Meetings(due)
    others = [(other, meetings.of(other)) for other in compared[:COMPARED]]
    found = [_conflict(schedule, at, [other for other, times in others if at in times]) for at in due]
    return Conflicts([conflict for conflict in found if conflict.count], len(compared) > COMPARED)


def _conflict(schedule: Schedule, at: datetime, others: Sequence[Schedule]) -> Conflict:
    same_agent = sum(other.agent_id == schedule.agent_id for other in others)
    return Conflict(at, len(others), same_agent, others[:NAMED])


class _Meetings:
    """Which of some times a schedule is due at; each expression of a zone is asked once."""

    def __init__(self, due: Sequence[datetime]) -> None:
        self._due = due
        self._known: dict[tuple[str, str], frozenset[datetime]] = {}

    def of(self, other: Schedule) -> set[datetime]:
        key = (other.cron_expression, other.timezone)
        if key not in self._known:
            self._known[key] = self._named_by(*key)
        return {at for at in self._known[key] if _is_in_force(other, at)}

    def _named_by(self, expression: str, zone: str) -> frozenset[datetime]:
        try:
            cron = Cron.read(expression, zone)
        except Invalid:  # never due, whatever it says
            return frozenset()
        return frozenset(at for at in self._due if cron.is_due_at(at))


def _is_in_force(other: Schedule, at: datetime) -> bool:
    if other.max_executions is not None and other.executions_count >= other.max_executions:
        return False
    return (other.starts_at is None or other.starts_at <= at) and (
        other.ends_at is None or at < other.ends_at
    )
