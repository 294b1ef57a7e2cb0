"""A clock killed at any point between a due time and the message that a worker acknowledges: one run."""

import subprocess
import sys

from django_q.models import OrmQ

from agents.models import AgentConfiguration
from agents.queue import enqueue
from executions.models import Execution
from scheduling.firing import fire_due
from scheduling.models import Fire, Schedule
from system.counters import counted
from tests.faults.home import ROOT, Home, eventually
from tests.scheduling.due import MINUTE, NODE, NOON
from tests.scheduling.jobs import messages

POINTS = 60  # more than there are
FEWEST = 15


def test_each_due_time_has_one_execution(any_home: Home) -> None:
    agent = any_home.agent("count", "echo x >> $HERE/ran")
    make_schedules(AgentConfiguration.objects.get(agent_type=agent))
    tried = killed_at_each_point(any_home)
    assert len(tried) > FEWEST
    done = [schedule for schedule in tried if is_done(schedule)]
    assert 1 < len(done) < len(tried) - FEWEST / 2, "killed before the commit as well as after it"
    assert counted("fires_launched") == [(("count",), len(done))]

    Schedule.objects.filter(pk__in=[schedule.pk for schedule in tried]).update(enabled=True)
    fire_due(NODE, NOON)
    assert all(is_done(schedule) for schedule in tried)
    assert Execution.objects.count() == len(tried)

    for execution in Execution.objects.all():  # as if who ran it had been killed before it said so
        enqueue(execution.pk, NODE)
    any_home.start_worker()
    any_home.wait_for_all()
    eventually("every message is acknowledged", lambda: not OrmQ.objects.exists())
    assert set(Execution.objects.values_list("status", "attempt")) == {("completed", 1)}
    assert len(any_home.lines("ran")) == len(tried)


def make_schedules(agent: AgentConfiguration) -> None:
    Schedule.objects.bulk_create(
        Schedule(
            name=f"point {number}",
            agent=agent,
            cron_expression="* * * * *",
            enabled=False,
            next_due=NOON,
            next_run=NOON,
        )
        for number in range(POINTS)
    )


def killed_at_each_point(home: Home) -> list[Schedule]:
    """One schedule for each point, and one that was fired without being killed."""
    driver = subprocess.run(
        [sys.executable, "-m", "tests.faults.fires_killed", NODE, NOON.isoformat()],
        cwd=ROOT,
        env=home.environment(DJANGO_SETTINGS_MODULE="claudeops.settings"),
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )
    return list(Schedule.objects.order_by("pk")[: int(driver.stdout) + 1])


def is_done(schedule: Schedule) -> bool:
    """Whether its due time was dealt with: with all that belongs to that, or with none of it."""
    schedule.refresh_from_db()
    executions = Execution.objects.filter(dedupe_key__startswith=f"fire:{schedule.pk}:")
    events = sum(execution.event_count for execution in executions)
    belongs = [
        Fire.objects.filter(schedule=schedule, state="launched", execution__in=executions).count(),
        executions.count(),
        events,
        schedule.executions_count,
        sum(message in {execution.pk for execution in executions} for message in messages(NODE)),
        (schedule.next_due - NOON) // MINUTE if schedule.next_due else -1,
    ]
    assert belongs in ([0] * len(belongs), [1] * len(belongs)), belongs
    return belongs[0] == 1
