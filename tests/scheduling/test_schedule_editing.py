"""Schedules as they are made, changed, paused and resumed: what is due then, and what stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from scheduling.cron import Cron
from scheduling.editing import (
    change_schedule,
    create_schedule,
    delete_schedule,
    pause_schedule,
    resume_schedule,
)
from scheduling.fire_alerts import say_failed
from scheduling.models import Schedule
from system.errors import Conflict, Invalid, NotFound
from system.models import Alert, Node
from tests.scheduling.schedules import a_schedule, an_agent, at, fields_of_one
from tests.system.audit_log import actions, last, last_changes

pytestmark = pytest.mark.django_db


def stored() -> Schedule:
    return Schedule.objects.get()


def change(**fields: Any) -> Schedule:
    change_schedule(stored().pk, fields, by="owner")
    return stored()


def test_a_new_one_is_planned() -> None:
    a_schedule()
    assert (stored().next_due, stored().next_run) == (at(1, 3), at(1, 3))
    assert stored().enabled


def test_without_a_start_it_is_due_from_now_on() -> None:
    before = timezone.now()
    a_schedule(starts_at=None, cron_expression="* * * * *")
    due = stored().next_due
    assert due is not None
    assert before < due <= timezone.now() + timedelta(minutes=1)


def test_its_text_is_put_in_order() -> None:
    Node.objects.create(name="attic")
    a_schedule(name="  Nightly ", cron_expression=" @Daily ", node_ids=["attic", "attic"])
    assert (stored().name, stored().cron_expression, stored().node_ids) == ("Nightly", "@daily", ["attic"])
    assert change(cron_expression=" 0   3 * * MON").cron_expression == "0 3 * * MON"


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"cron_expression": "30 4 * * *"}, at(1, 4, 30)),
        ({"timezone": "America/New_York"}, at(1, 8)),
        ({"starts_at": at(5)}, at(5, 3)),
        ({"ends_at": at(2)}, at(1, 3)),
        ({"max_executions": 1}, at(1, 3)),
        ({"enabled": False}, None),
    ],
)
def test_a_change_of_its_times_plans_anew(fields: dict[str, Any], due: Any) -> None:
    a_schedule()
    Schedule.objects.update(next_due=at(1, 1), next_run=at(1, 1))
    assert change(**fields).next_due == due
    assert stored().next_run == due


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Every night"},
        {"missed_policy": "skip"},
        {"overlap_policy": "queue", "catch_up_limit": 7},
        {"execution_config": {"analysis": {"analyst": "rules"}}},
        {"node_ids": ["localhost"]},
        {"cron_expression": "0  3 * * *", "timezone": "UTC", "enabled": True},
        fields_of_one(),
    ],
)
def test_a_change_of_anything_else_leaves_what_is_due(fields: dict[str, Any]) -> None:
    """Also what is overdue: the clock decides about it by the policy."""
    a_schedule()
    overdue = timezone.now() - timedelta(hours=3)
    Schedule.objects.update(next_due=overdue, next_run=overdue)
    assert (change(**fields).next_due, stored().next_run) == (overdue, overdue)


def test_another_agent_may_run_at_the_same_times() -> None:
    a_schedule()
    an_agent("log-scan")
    assert (change(agent_type="log-scan").agent_id, stored().next_due) == ("log-scan", at(1, 3))


def test_jitter_moves_the_launch_and_not_the_due_time() -> None:
    a_schedule()
    changed = change(jitter_seconds=600)
    assert changed.next_due == at(1, 3)
    assert changed.next_run is not None
    assert at(1, 3) < changed.next_run <= at(1, 3, 10)
    assert change(jitter_seconds=0).next_run == at(1, 3)


def test_what_the_clock_wrote_meanwhile_stays() -> None:
    a_schedule()
    Schedule.objects.update(executions_count=41, last_run=at(1))
    change(cron_expression="0 4 * * *", max_executions=42)
    assert (stored().executions_count, stored().last_run, stored().next_due) == (41, at(1), at(1, 4))
    assert change(max_executions=41).next_due is None


def test_a_pause_says_who_and_why() -> None:
    a_schedule()
    pause_schedule(stored().pk, reason=" The disk is being replaced. ", by="operator")
    paused = stored()
    assert not paused.enabled
    assert (paused.paused_by, paused.pause_reason) == ("operator", "The disk is being replaced.")
    assert paused.paused_at is not None
    assert (paused.next_due, paused.next_run) == (None, None)
    with pytest.raises(Conflict, match=r"Nightly is paused already: The disk is being replaced\."):
        pause_schedule(paused.pk, reason="again", by="operator")
    assert stored().pause_reason == "The disk is being replaced."


def test_a_pause_by_a_change_or_from_the_start_says_who_too() -> None:
    a_schedule(enabled=False)
    assert (stored().paused_by, stored().next_due) == ("owner", None)
    assert change(enabled=True).paused_by == ""
    assert change(enabled=False).paused_by == "owner"


def test_a_resumed_one_is_due_from_now_on() -> None:
    a_schedule(starts_at=None, cron_expression="*/5 * * * *")
    pause_schedule(stored().pk, reason="", by="operator")
    resume_schedule(stored().pk, by="operator")
    resumed = stored()
    assert resumed.enabled
    assert (resumed.paused_at, resumed.paused_by, resumed.pause_reason) == (None, "", "")
    assert resumed.next_due in Cron.read("*/5 * * * *", "UTC").due_between(
        timezone.now() - timedelta(seconds=1), timezone.now() + timedelta(minutes=5, seconds=1)
    )
    with pytest.raises(Conflict, match=r"Nightly is not paused\."):
        resume_schedule(resumed.pk, by="operator")


def test_one_that_no_longer_holds_is_not_resumed() -> None:
    Node.objects.create(name="attic")
    a_schedule(node_ids=["attic"], enabled=False)
    Node.objects.all().delete()
    with pytest.raises(Invalid, match="There is no node 'attic'"):
        resume_schedule(stored().pk, by="operator")
    assert not stored().enabled


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": " "}, "name", "A schedule needs a name."),
        ({"name": "a\nb"}, "name", "one line"),
        ({"cron_expression": "0 0 3 * * *"}, "cron_expression", "this one has six."),
        ({"timezone": "Berlin"}, "timezone", "There is no time zone 'Berlin'; close to it: Europe/Berlin."),
        ({"timezone": "localtime"}, "timezone", "There is no time zone 'localtime'"),
        ({"agent_type": "nobody"}, "agent_type", "There is no agent 'nobody'; known are: disk-space."),
        ({"ends_at": at(1)}, "ends_at", "It ends before it begins"),
        ({"ends_at": at(1, 3)}, "ends_at", "Nothing is due between starts_at and ends_at."),
        ({"node_ids": ["localhost", "attic", "cellar"]}, "node_ids",
         "There is no node 'attic', 'cellar'; known are: localhost."),
        ({"node_ids": "localhost"}, "node_ids", "a list of names"),
        ({"node_ids": [f"n-{number}" for number in range(101)]}, "node_ids", "at most 100"),
        ({"execution_config": {"steps": []}}, "execution_config.steps", "not 'steps'"),
        ({"execution_config": {"thresholds": 7}}, "execution_config.thresholds", "is an object"),
        ({"execution_config": {"analysis": {"analyst": "oracle"}}}, "execution_config.analysis.analyst",
         "analyst"),
        ({"execution_config": [1]}, "execution_config", "It is an object"),
        ({"execution_config": {"analysis": {"focus": "\0"}}}, "execution_config", "NUL"),
        ({"max_executions": 0}, "max_executions", "from 1"),
        ({"max_executions": 2**31}, "max_executions", "from 1"),
        ({"jitter_seconds": 3601}, "jitter_seconds", "from 0 to 3600"),
        ({"catch_up_limit": 0}, "catch_up_limit", "from 1 to 100"),
        ({"catch_up_limit": 101}, "catch_up_limit", "from 1 to 100"),
        ({"missed_policy": "hope"}, "missed_policy", "There is no policy 'hope'"),
        ({"overlap_policy": "hope"}, "overlap_policy", "There is no policy 'hope'"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_refused_in_words(fields: dict[str, Any], field: str, words: str) -> None:
    an_agent()
    with pytest.raises(Invalid) as refusal:
        create_schedule(fields_of_one(**fields), by="owner")
    assert refusal.value.field == field
    assert words in refusal.value.detail
    assert not Schedule.objects.exists()
    a_schedule()
    before = Schedule.objects.values().get()
    with pytest.raises(Invalid):
        change(**fields)
    assert Schedule.objects.values().get() == before


def test_all_of_it_is_on_record() -> None:
    a_schedule()
    pk = stored().pk
    change(cron_expression="0 4 * * *")
    assert last_changes() == {"cron_expression": {"before": "0 3 * * *", "after": "0 4 * * *"}}
    change(name="Nightly")  # which it is already
    pause_schedule(pk, reason="new disk", by="operator")
    assert (last().actor, last().target, last_changes()) == (
        "operator",
        f"{pk} Nightly",
        {"reason": "new disk"},
    )
    resume_schedule(pk, by="operator")
    delete_schedule(pk)
    assert actions() == [f"schedule.{verb}" for verb in ("create", "change", "pause", "resume", "delete")]


def test_what_was_said_of_one_that_is_gone_is_over() -> None:
    a_schedule()
    say_failed(stored(), "nightly could not be launched", "The disk is full.")
    assert Alert.objects.get().is_open
    delete_schedule(stored().pk)
    assert not Alert.objects.get().is_open


def test_one_that_is_gone() -> None:
    a_schedule()
    pk = stored().pk
    delete_schedule(pk)
    for ask in (
        lambda: delete_schedule(pk),
        lambda: resume_schedule(pk, by="operator"),
        lambda: pause_schedule(pk, reason="", by="owner"),
        lambda: change_schedule(pk, {"name": "x"}, by="owner"),
    ):
        with pytest.raises(NotFound, match=f"There is no schedule {pk}."):
            ask()
