"""Schedules of a test's own, the moment at which they are looked at, and what became of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from agents.models import AgentConfiguration
from agents.queue import TASK
from executions.models import Execution
from executions.services import claim_execution
from scheduling.firing import fire_due
from scheduling.models import Fire, Schedule
from scheduling.planning import plan

NODE = "localhost"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def an_agent(agent_type: str = "backup", **more: Any) -> AgentConfiguration:
    steps = [{"name": "Look", "type": "command", "argv": ["true"], "read_only": True}]
    fields = {"config": {"steps": steps}, "max_concurrent_executions": 1000, **more}
    return AgentConfiguration.objects.create(agent_type=agent_type, name=agent_type, **fields)


def a_schedule(cron: str = "* * * * *", *, planned_at: datetime = NOON - SECOND, **more: Any) -> Schedule:
    """Every minute, due at noon first; its agent is `backup`, if none is given."""
    if "agent" not in more:
        more["agent"] = AgentConfiguration.objects.filter(agent_type="backup").first() or an_agent()
    schedule = Schedule.objects.create(**{"name": "Every minute", "cron_expression": cron, **more})
    plan(schedule, planned_at)
    schedule.save()
    return schedule


def fire(now: datetime = NOON) -> None:
    fire_due(NODE, now)


def rows(schedule: Schedule | None = None) -> list[tuple[str, str]]:
    """Minutes after noon, and what became of them: in the order of the due times."""
    fires = Fire.objects.all() if schedule is None else schedule.fires.all()
    return [(f"{row.due_at:%H:%M}", row.state) for row in fires.order_by("due_at", "node_id")]


def states(schedule: Schedule | None = None) -> list[str]:
    return [state for _, state in rows(schedule)]


def runs() -> list[Execution]:
    return list(Execution.objects.order_by("pk"))


def finish(execution: Execution) -> None:
    lease = claim_execution(execution.pk, owner="w")
    assert lease is not None
    lease.tracker().complete()


def rung_for() -> list[int]:
    """The executions that the messages in all queues name."""
    tasks = [SignedPackage.loads(payload) for payload in OrmQ.objects.values_list("payload", flat=True)]
    return sorted(task["args"][0] for task in tasks if task["func"] == TASK)


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
