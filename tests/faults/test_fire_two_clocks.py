"""Two clocks, as two hosts have them, and many schedules that are due at once: one execution for each."""

from collections import Counter
from datetime import timedelta

from django.utils import timezone

from agents.models import AgentConfiguration
from executions.models import Execution
from scheduling.models import Fire, Schedule
from system.models import Node
from tests.faults.home import Home, eventually
from tests.scheduling.due import rung_for

MANY = 120
NODES = ("host-a", "host-b")
# They are due a moment before they are stored, whatever minute that is, and no test waits for a minute.
ENVIRONMENT = {"CLAUDEOPS_MISFIRE_SECONDS": "600"}


def test_each_schedule_is_launched_once(any_home: Home) -> None:
    for node in NODES:
        any_home.manage("clock", CLAUDEOPS_NODE=node, **ENVIRONMENT)
    eventually("both clocks run", lambda: Node.objects.filter(clock_seen_at__isnull=False).count() == 2)
    any_home.agent("many", "true")
    store_schedules(AgentConfiguration.objects.get())
    eventually("all are launched", lambda: Execution.objects.count() >= MANY)
    eventually("nothing is due", lambda: not Schedule.objects.filter(next_run__lte=timezone.now()).exists())

    fires = Fire.objects.values_list("schedule", "state", "lateness_ms")
    assert Counter(state for _, state, _ in fires) == {"launched": MANY}
    assert len({schedule for schedule, _, _ in fires}) == MANY
    executions = dict(Execution.objects.values_list("pk", "node_id"))
    assert len(executions) == MANY
    assert set(executions.values()) <= set(NODES)
    assert rung_for() == sorted(executions)
    assert set(Schedule.objects.values_list("executions_count", flat=True)) == {1}
    assert not any_home.said("Traceback")


def store_schedules(agent: AgentConfiguration) -> None:
    """Due once a day, in the minute that has just begun."""
    due = timezone.now().replace(second=0, microsecond=0)
    if timezone.now() - due > timedelta(seconds=58):  # or the next minute could begin meanwhile
        due += timedelta(minutes=1)
    Schedule.objects.bulk_create(
        Schedule(
            name=f"number {number}",
            agent=agent,
            cron_expression=f"{due.minute} {due.hour} * * *",
            next_due=due,
            next_run=due,
        )
        for number in range(MANY)
    )
