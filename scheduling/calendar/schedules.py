"""Schedules as the calendar needs them: a thousand rows of them are read for each page."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from scheduling.models import Schedule

MOST_SCHEDULES = 1000
COLUMNS = (
    "pk", "name", "cron_expression", "timezone", "enabled", "ends_at", "next_due", "max_executions",
    "executions_count", "node_ids", "agent_id", "agent__enabled",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Of which schedules; what is empty chooses nothing."""

    agent_type: str = ""
    node: str = ""
    schedule: int | None = None


class Line(NamedTuple):
    """A schedule. No model's instance, which would cost ten times as much to make."""

    pk: int
    name: str
    cron_expression: str
    timezone: str
    enabled: bool
    ends_at: datetime | None
    next_due: datetime | None
    max_executions: int | None
    executions_count: int
    node_ids: list[str]
    agent_type: str
    agent_enabled: bool

    def is_due_on(self, node: str) -> bool:
        """One that names no node is due on any of them."""
        return not node or not self.node_ids or node in self.node_ids


def read_schedules(wanted: Wanted) -> tuple[dict[int, Line], bool]:
    """By their number, in the order of their names; and whether there are more."""
    rows = Schedule.objects.order_by("name", "pk")
    if wanted.agent_type:
        rows = rows.filter(agent__agent_type=wanted.agent_type)
    if wanted.schedule is not None:
        rows = rows.filter(pk=wanted.schedule)
    found = [Line(*row) for row in rows.values_list(*COLUMNS)[: MOST_SCHEDULES + 1]]
    return {line.pk: line for line in found[:MOST_SCHEDULES]}, len(found) > MOST_SCHEDULES
