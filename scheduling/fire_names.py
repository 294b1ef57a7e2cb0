"""What belongs to one due time of a schedule: where it runs, what it overlaps with, and its lineage."""

from collections.abc import Iterator
from datetime import datetime

from scheduling.models import Schedule
from system.errors import Invalid

LONGEST_NODE = 100  # of Execution.node_id


def nodes_of(schedule: Schedule) -> Iterator[str]:
    """Where each due time runs once; "" is the node of the clock that fires it. Raises Invalid."""
    names = schedule.node_ids
    if not isinstance(names, list) or not all(
        isinstance(name, str) and len(name) <= LONGEST_NODE for name in names
    ):
        raise Invalid(f"{schedule.name} names no nodes, but {names!r}.", field="node_ids")
    yield from dict.fromkeys(names) if names else [""]


def group_of(schedule: Schedule, node: str) -> str:
    """What overlaps: the runs of a schedule on one node."""
    return f"schedule:{schedule.pk}:{node}"


def key_of(schedule: Schedule, due_at: datetime, node: str) -> str:
    """The dedupe_key of its execution."""
    return f"fire:{schedule.pk}:{due_at:%Y%m%dT%H%M%SZ}:{node}"


def lineage_of(schedule: Schedule, due_at: datetime) -> dict[str, object]:
    return {"schedule_id": schedule.pk, "schedule": schedule.name, "due_at": due_at.isoformat()}
