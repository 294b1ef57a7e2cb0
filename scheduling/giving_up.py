"""Due times that have come, and that nobody will deal with any more: their schedule was edited before."""

from copy import copy
from datetime import datetime

from scheduling.due_times import outstanding
from scheduling.fire_names import nodes_of
from scheduling.models import Fire, FireState, Schedule
from system.counters import count
from system.errors import Invalid


def give_up(schedule: Schedule, now: datetime, *, why: str) -> None:
    """Leave a row for each of them. `schedule` is as it was before the edit, in whose transaction this is."""
    if not schedule.enabled or schedule.next_due is None or schedule.next_due > now:
        return
    as_due = copy(schedule)
    as_due.jitter_seconds = 0  # they are due, even if their launch was to come a little later
    try:
        times = outstanding(as_due, now)
        nodes = list(nodes_of(schedule))
    except Invalid:  # one that did not hold was never due, whatever it says
        return
    rows = [
        Fire(
            schedule=schedule,
            due_at=time.due_at,
            node_id=node,
            state=FireState.MISSED,
            reason=why,
            covers=time.covers,
            fired_at=now,
            lateness_ms=max(0, round((now - time.due_at).total_seconds() * 1000)),
        )
        for time in times
        for node in nodes
    ]
    Fire.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        count("fires_missed", schedule.agent_id, by=sum(row.covers for row in rows))
