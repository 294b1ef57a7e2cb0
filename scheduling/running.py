"""A schedule run by hand: now, as it would be at a due time, and counted against none."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from agents.launching import LaunchRefused, launch_agent
from executions.models import Execution, Trigger
from scheduling.editing import find_schedule
from scheduling.fire_names import group_of, nodes_of
from scheduling.models import Schedule
from scheduling.sources import source_of


@dataclass(frozen=True)
class Refused:
    node_id: str
    limit: str
    detail: str


@dataclass(frozen=True)
class Runs:
    """Of each of its nodes either the execution or what refused it."""

    executions: Sequence[Execution]
    refused: Sequence[Refused]


def run_schedule(schedule_id: int, *, by: str) -> Runs:
    """Queue a run on each of its nodes. Raises NotFound, Invalid for overrides that hold no more, and
    LaunchRefused where no node got one.
    """
    schedule = find_schedule(schedule_id)
    executions, refused = list[Execution](), list[Refused]()
    last = None
    for node in nodes_of(schedule):
        try:
            executions.append(_launch(schedule, node, by))
        except LaunchRefused as refusal:
            last = refusal
            refused.append(Refused(node or settings.NODE_NAME, refusal.limit, refusal.detail))
    if last is not None and not executions:
        raise last
    return Runs(executions, refused)


def _launch(schedule: Schedule, node: str, by: str) -> Execution:
    execution, _ = launch_agent(
        schedule.agent_id,
        triggered_by=Trigger.SCHEDULE,
        trigger_source=source_of(schedule),
        actor=by,
        node_id=node or settings.NODE_NAME,
        overrides=schedule.execution_config,
        metadata={"schedule_id": schedule.pk, "schedule": schedule.name, "run_by_hand": True},
        hold_group=group_of(schedule, node),  # so that the next due time sees that it goes on
    )
    return execution
