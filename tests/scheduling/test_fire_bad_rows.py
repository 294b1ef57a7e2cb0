"""A schedule that cannot be fired never keeps another from being, and a person sees what is wrong."""

import pytest
from django.db import connection

from agents.models import AgentConfiguration
from scheduling import firing
from scheduling.models import Fire, Schedule
from system.models import Alert
from tests.scheduling.due import MINUTE, NOON, a_schedule, fire, rows, runs, sql

pytestmark = pytest.mark.django_db

BROKEN = [
    ("cron_expression", "61 * * * *", "It does not hold: "),
    ("cron_expression", "", "It does not hold: "),
    ("timezone", "Atlantis/Poseidonis", "There is no time zone 'Atlantis/Poseidonis'"),
    ("node_ids", '"n1"', "Broken names no nodes, but 'n1'."),
    ("node_ids", "[1]", "Broken names no nodes, but [1]."),
]


def two(column: str, value: str) -> Schedule:
    """A broken one that is due first, and a sound one."""
    broken = a_schedule(name="Broken")
    a_schedule(name="Sound")
    sql(f"UPDATE scheduling_schedule SET {column} = %s WHERE id = %s", value, broken.pk)
    return broken


@pytest.mark.parametrize(("column", "value", "why"), BROKEN)
def test_what_does_not_hold_is_paused_and_says_why(column: str, value: str, why: str) -> None:
    broken = two(column, value)
    fire(NOON)
    assert [run.trigger_source for run in runs()] == ["sound"]
    broken.refresh_from_db()
    assert (broken.enabled, broken.next_due, broken.next_run) == (False, None, None)
    assert (broken.paused_by, broken.paused_at is not None) == ("the clock", True)
    assert why in broken.pause_reason
    alert = Alert.objects.get()
    assert (alert.title, alert.detail) == ("Broken was paused by the clock", broken.pause_reason)
    fire(NOON + MINUTE)
    assert not broken.fires.exists()


@pytest.mark.parametrize("value", ["[1]", '"analysis"', "7"])
def test_what_fails_otherwise_leaves_a_row_and_is_tried_at_the_next_due_time(value: str) -> None:
    broken = two("execution_config", value)
    fire(NOON)
    assert [run.trigger_source for run in runs()] == ["sound"]
    row = broken.fires.get()
    assert (row.due_at, row.state) == (NOON, "refused")
    assert row.reason.startswith("It could not be launched: ")
    broken.refresh_from_db()
    assert (broken.enabled, broken.next_due) == (True, NOON + MINUTE)
    assert Alert.objects.get().title == "Broken could not be launched"
    sql("UPDATE scheduling_schedule SET execution_config = '{}'")
    fire(NOON + MINUTE)
    assert [state for _, state in rows(broken)] == ["refused", "launched"]
    assert not Alert.objects.filter(kind="missed-fire", resolved_at__isnull=True).exists()


def test_an_agent_whose_configuration_is_broken_fails_its_own_runs_only() -> None:
    a_schedule(name="Sound")
    AgentConfiguration.objects.create(agent_type="broken", name="Broken", config={"steps": 7})
    a_schedule(name="Broken", agent=AgentConfiguration.objects.get(agent_type="broken"))
    fire(NOON)
    assert [run.trigger_source for run in runs()] == ["sound", "broken"]


def test_one_that_cannot_even_be_read_is_left_alone_for_a_while() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL stores no such time")
    broken = two("name", "Broken")
    no_time = "2026-11-23 11:59:99"
    sql(
        "UPDATE scheduling_schedule SET next_due = %s, next_run = %s WHERE id = %s", *[no_time] * 2, broken.pk
    )
    try:
        fire(NOON)
        assert [run.trigger_source for run in runs()] == ["sound"]
        fire(NOON + MINUTE)
        assert len(runs()) == 1  # the run of noon has not ended
        assert list(Fire.objects.values_list("state", flat=True)) == ["skipped", "launched"]
    finally:
        firing._resting.clear()
    assert not Fire.objects.filter(schedule_id=broken.pk).exists()
