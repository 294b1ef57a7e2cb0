"""What the clock does about due times, on SQLite and on PostgreSQL alike; and beside somebody who edits."""

import psycopg
import pytest
from django.db import connection

from agents.holds import forget_cancelled, release_held
from agents.models import AgentConfiguration, Hold
from executions.models import Execution
from executions.services import cancel_execution
from scheduling.models import Fire, Schedule
from scheduling.replanning import Replanner
from system.alerts import resolve_alert
from system.counters import counted
from system.models import Alert
from tests.faults.home import Home
from tests.scheduling.due import MINUTE, NOON, SECOND, a_schedule, fire, rows, rung_for, runs, states

YEAR = 365 * 1440 * MINUTE


def an_agent(home: Home) -> AgentConfiguration:
    return AgentConfiguration.objects.get(agent_type=home.agent("backup", "true"))


def cancel_all() -> None:
    for execution in Execution.objects.active():
        cancel_execution(execution.pk, by="ada")


def test_the_same_becomes_of_the_same(any_home: Home) -> None:
    agent = an_agent(any_home)
    caught_up = a_schedule(agent=agent, name="Caught up", missed_policy="catch_up", catch_up_limit=3)
    once = a_schedule(agent=agent, name="Once", missed_policy="run_once", node_ids=["n1", "n2"])
    queued = a_schedule(agent=agent, name="Queued", overlap_policy="queue", missed_policy="skip")
    fire(NOON + 4 * MINUTE + 45 * SECOND)
    assert states(caught_up) == ["missed"] * 2 + ["launched"] * 3
    assert states(once) == ["missed"] * 8 + ["launched"] * 2
    assert states(queued) == ["missed"] * 5
    assert (Hold.objects.count(), len(rung_for())) == (2, 3)
    fire(NOON + 5 * MINUTE)
    assert states(queued)[5:] == ["launched"]
    assert states(caught_up)[5:] == ["skipped"]
    assert counted("fires_missed") == [(("backup",), 15)]
    assert Alert.objects.filter(kind="missed-fire", resolved_at__isnull=True).count() == 2
    while Execution.objects.active().exists():
        cancel_all()
        forget_cancelled()
        release_held()
    assert not Hold.objects.exists()
    assert resolve_alert(f"missed-fire:{once.pk}")


def test_a_clock_that_was_a_year_ahead(any_home: Home) -> None:
    schedule = a_schedule(agent=an_agent(any_home), missed_policy="run_once")
    replanner = Replanner()
    replanner.look(NOON + YEAR)
    fire(NOON + YEAR)
    assert Fire.objects.filter(covers__gt=1, state="missed").count() == 1
    cancel_all()
    assert replanner.look(NOON + SECOND) == 1
    fire(NOON + MINUTE)
    assert [state for _, state in rows(schedule)] == ["launched", "launched"]
    assert len(runs()) == 2


@pytest.mark.postgres
def test_one_that_is_being_edited_keeps_no_other_waiting(postgres_home: Home) -> None:
    """PostgreSQL locks rows. SQLite has one writer, for whom the clock waits."""
    agent = an_agent(postgres_home)
    edited = a_schedule(agent=agent, name="Edited")
    a_schedule(agent=agent, name="Another")
    options = connection.settings_dict
    with psycopg.connect(
        f"postgres://{options['USER']}@{options['HOST']}:{options['PORT']}/{options['NAME']}"
    ) as editor:
        editor.execute("SELECT * FROM scheduling_schedule WHERE id = %s FOR UPDATE", [edited.pk])
        fire(NOON)
        assert [run.trigger_source for run in runs()] == ["another"]
        editor.execute("UPDATE scheduling_schedule SET enabled = false WHERE id = %s", [edited.pk])
    fire(NOON)
    assert len(runs()) == 1
    assert Schedule.objects.get(pk=edited.pk).next_due == NOON
