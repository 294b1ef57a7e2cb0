"""Schedules in the console: a form that says what it would do, buttons, and what became of due times."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.models import AgentConfiguration
from executions.models import Execution
from scheduling.models import Fire, FireState, Schedule
from system.models import Node
from system.roles import Role
from tests.console import EVIL, console_url, signed_in
from tests.scheduling.calendars import a_fire
from tests.scheduling.schedules import a_schedule, an_agent, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    an_agent()
    return signed_in(Role.ADMIN)


def form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Nightly", "agent": AgentConfiguration.objects.get(agent_type="disk-space").agent_type,
        "cron_expression": "0 3 * * *", "timezone": "UTC", "starts_at_0": "2040-01-01",
        "starts_at_1": "00:00:00", "ends_at_0": "", "ends_at_1": "", "jitter_seconds": "0",
        "max_executions": "", "missed_policy": "run_once", "catch_up_limit": "5", "overlap_policy": "skip",
        "execution_config": "{}",
        **changes,
    }  # fmt: skip


def page_of(client: Client, schedule: Schedule) -> str:
    return client.get(console_url(Schedule, "change", schedule.pk)).content.decode()


def pressed(client: Client, name: str, schedule: Schedule, **data: str) -> tuple[str, str]:
    """Where it leads, and what is said there."""
    response = client.post(console_url(Schedule, name, schedule.pk), data)
    assert response.status_code == 302
    return response["Location"], client.get(response["Location"]).content.decode()


def test_one_is_added_and_planned(admin: Client) -> None:
    Node.objects.create(name="attic")
    overrides = '{"analysis": {"analyst": "rules"}}'
    response = admin.post(
        console_url(Schedule, "add"), form(node_ids=["attic", "localhost"], execution_config=overrides)
    )
    assert response.status_code == 302, response.context["adminform"].form.errors
    one = Schedule.objects.get()
    assert (one.next_due, one.node_ids) == (at(1, 3), ["attic", "localhost"])
    assert one.execution_config == {"analysis": {"analyst": "rules"}}
    assert "Nightly" in admin.get(console_url(Schedule, "changelist")).content.decode()


def test_a_change_of_the_times_plans_anew_and_any_other_does_not(admin: Client) -> None:
    one = a_schedule()
    url = console_url(Schedule, "change", one.pk)
    Schedule.objects.update(next_due=at(1, 1), next_run=at(1, 1), executions_count=7)
    assert admin.post(url, form(name="Every night", execution_config="")).status_code == 302
    one.refresh_from_db()
    assert (one.name, one.next_due, one.executions_count) == ("Every night", at(1, 1), 7)
    admin.post(url, form(cron_expression="0  4 * * *"))
    one.refresh_from_db()
    assert (one.cron_expression, one.next_due, one.executions_count) == ("0 4 * * *", at(1, 4), 7)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"cron_expression": "0 0 3 * * *"}, "cron_expression", "this one has six."),
        ({"cron_expression": "x" * 5120}, "cron_expression", "at most 200 characters"),
        ({"cron_expression": "0 0 31 2 *"}, "cron_expression", "It is never due"),
        ({"timezone": "Berlin"}, "timezone", "close to it: Europe/Berlin"),
        ({"agent": "nobody"}, "agent", "valid choice"),
        ({"ends_at_0": "2039-01-01", "ends_at_1": "00:00"}, "ends_at", "ends before it begins"),
        ({"node_ids": ["cellar"]}, "node_ids", "cellar is not one of the available choices"),
        ({"execution_config": "{"}, "execution_config", "This is not JSON"),
        ({"execution_config": "[]"}, "execution_config", "It is an object"),
        ({"execution_config": '{"steps": []}'}, "execution_config", "steps: A run may override"),
        ({"max_executions": "0"}, "max_executions", "from 1"),
        ({"max_executions": str(2**40)}, "max_executions", "from 1 to 2147483647"),
        ({"max_executions": "x"}, "max_executions", "whole number"),
        ({"jitter_seconds": "3601"}, "jitter_seconds", "from 0 to 3600"),
        ({"catch_up_limit": "0"}, "catch_up_limit", "from 1 to 100"),
        ({"missed_policy": "hope"}, "missed_policy", "valid choice"),
        ({"name": "  "}, "name", "required"),
    ],
)
def test_what_does_not_hold_is_said_at_its_field(admin: Client, changes: Any, field: str, words: str) -> None:
    response = admin.post(console_url(Schedule, "add"), form(**changes))
    assert response.status_code == 200
    errors = response.context["adminform"].form.errors
    assert list(errors) == [field]
    assert words in " ".join(errors[field])
    assert not Schedule.objects.exists()


def test_a_node_that_is_gone_is_seen_and_can_be_taken_out(admin: Client) -> None:
    Node.objects.create(name="attic")
    one = a_schedule(node_ids=["attic"])
    Node.objects.all().delete()
    url = console_url(Schedule, "change", one.pk)
    response = admin.post(url, form(node_ids=["attic"], name="Other"))
    assert "There is no node" in " ".join(response.context["adminform"].form.errors["node_ids"])
    assert admin.post(url, form()).status_code == 302
    one.refresh_from_db()
    assert one.node_ids == []


def test_the_page_says_what_it_does_and_who_else_does(admin: Client) -> None:
    one = a_schedule(cron_expression="30 22 * * MON-FRI", timezone="America/New_York")
    a_schedule(name="Other", cron_expression="30 3 * * *")
    page = page_of(admin, one)
    for words in (
        "At 22:30, Monday through Friday", "Mon 2040-01-02 22:30 EST", "Tue 2040-01-03 03:30 UTC",
        "One other schedule is due in the same minute at 5 of these times, of the same agent: Other.",
    ):  # fmt: skip
        assert words in page


def test_what_is_typed_is_previewed_before_it_is_stored(admin: Client) -> None:
    one = a_schedule(max_executions=5)
    Schedule.objects.update(executions_count=4)
    url = reverse("admin:scheduling_schedule_preview")

    def shown(**changes: Any) -> str:
        response = admin.post(url, form(**changes))
        assert response.status_code == 200
        return response.content.decode()

    assert "Sun 2040-01-01 12:00 JST" in shown(viewer_timezone="Asia/Tokyo")
    assert "Sun 2040-01-01 03:00 UTC" in shown(viewer_timezone="Middle/Earth")
    assert "Nothing is due after this." in shown(max_executions="5", stored=str(one.pk))
    assert "this one has six." in shown(cron_expression="0 0 3 * * *")
    assert 'data-complaint="cron_expression"' in shown(cron_expression="61 * * * *", name="")
    assert 'data-complaint="jitter_seconds"' in shown(jitter_seconds="3601")
    assert "once there is a cron expression" in shown(cron_expression=" ")
    assert "Every 15 minutes" in shown(cron_expression="*/15 * * * *", name="", agent="", missed_policy="x")
    assert "whole number" in shown(jitter_seconds="x")
    assert "This field is required." in shown(timezone="")
    assert EVIL not in shown(cron_expression=EVIL)
    assert admin.get(url).status_code == 405
    one.refresh_from_db()
    assert (one.name, one.next_due) == ("Nightly", at(1, 3))


def test_only_who_may_save_is_told_what_it_would_do() -> None:
    an_agent()
    url = reverse("admin:scheduling_schedule_preview")
    assert signed_in(Role.OPERATOR).post(url, form()).status_code == 403
    assert signed_in(Role.ADMIN, enforce_csrf=True).post(url, form()).status_code == 403


def test_an_operator_pauses_resumes_and_runs_it() -> None:
    one = a_schedule()
    operator = signed_in(Role.OPERATOR)
    _, page = pressed(operator, "pause", one, answer=f"The disk is being replaced. {EVIL}")
    assert "By the operator" in page
    assert "The disk is being replaced." in page
    assert EVIL not in page
    assert "is paused already" in pressed(operator, "pause", one, answer="again")[1]
    assert "A reason has at most 500 characters" in pressed(operator, "pause", one, answer="x" * 501)[1]
    _, page = pressed(operator, "resume", one)
    assert "Nightly is due again, from now on." in page
    assert "is not paused." in pressed(operator, "resume", one)[1]
    where, _ = pressed(operator, "run", one)
    execution = Execution.objects.get()
    assert where == console_url(Execution, "change", execution.uid)
    assert (execution.triggered_by, execution.trigger_source) == ("schedule", "nightly")
    assert "Launch refused: disk-space has 1 of 1" in pressed(operator, "run", one)[1]


def test_of_several_nodes_those_that_are_refused_are_named() -> None:
    Node.objects.create(name="attic")
    one = a_schedule(node_ids=["localhost", "attic"])
    where, page = pressed(signed_in(Role.OPERATOR), "run", one)
    assert where == console_url(Schedule, "change", one.pk)
    assert "Queued on localhost." in page
    assert "attic: disk-space has 1 of 1" in page


def test_the_list_shows_how_each_stands(admin: Client) -> None:
    an_agent("off", enabled=False)
    a_schedule(name="A")
    a_schedule(name="B", enabled=False)
    a_schedule(name="C", agent_type="off")
    a_schedule(name="D", starts_at=None, cron_expression="0 0 29 2 *")
    Schedule.objects.filter(name="D").update(next_due=None, next_run=None, last_run=at(1))
    page = admin.get(console_url(Schedule, "changelist")).content.decode()
    for words in (
        "At 03:00",
        "2040-01-01 03:00",
        "On",
        "Paused",
        "Agent disabled",
        "Over",
        "2040-01-01 00:00",
    ):
        assert words in page


def test_the_list_says_why_one_is_paused_and_what_became_of_the_last_due_time(admin: Client) -> None:
    one, two = a_schedule(name="A"), a_schedule(name="B", enabled=False)
    Schedule.objects.filter(pk=two.pk).update(pause_reason=f"The disk is replaced. {EVIL}")
    fired = a_fire(one, at(1, 3), status="failed")
    a_fire(one, at(1, 2))
    skipped = a_fire(two, at(1, 3), "skipped", reason=f"It still runs. {EVIL}")
    page = admin.get(console_url(Schedule, "changelist")).content.decode()
    assert fired.execution is not None
    assert f'href="{console_url(Execution, "change", fired.execution.uid)}"' in page
    assert f'href="{console_url(Fire, "change", skipped.pk)}"' in page
    assert "The disk is replaced." in page
    assert '<time datetime="2040-01-01T03:00:00+00:00" data-due>' in page
    assert EVIL not in page


def test_what_is_pressed_in_the_list_leads_back_to_it() -> None:
    one = a_schedule()
    operator, home = signed_in(Role.OPERATOR), console_url(Schedule, "changelist")
    for name in ("run", "pause", "resume"):
        url = f"{console_url(Schedule, name, one.pk)}?from=list"
        assert f'formaction="{url}"' in operator.get(home).content.decode()
        assert operator.post(url)["Location"] == home
    assert "formaction" not in signed_in(Role.VIEWER).get(home).content.decode()


def test_the_list_is_narrowed_to_a_node(admin: Client) -> None:
    Node.objects.create(name="attic")
    a_schedule(name="Anywhere")
    a_schedule(name="Up there", node_ids=["attic"])

    def names(query: str) -> list[str]:
        rows = admin.get(console_url(Schedule, "changelist") + query).context["cl"].result_list
        return [row.name for row in rows]

    assert names("?node=attic") == ["Anywhere", "Up there"]
    assert names("?node=localhost") == ["Anywhere"]


def test_a_list_of_many_asks_no_more_than_a_list_of_one(admin: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            admin.get(console_url(Schedule, "changelist"))
        return len(asked)

    a_schedule()
    queries()
    few = queries()
    for number in range(20):
        a_fire(a_schedule(name=f"S {number}"), at(1, 3))
    assert queries() == few


def test_what_became_of_its_due_times_stands_on_its_page(admin: Client) -> None:
    one = a_schedule()
    assert "None of them has come yet." in page_of(admin, one)
    Fire.objects.create(
        schedule=one, due_at=at(1, 3), state=FireState.SKIPPED, reason=f"It still runs. {EVIL}"
    )
    Fire.objects.create(schedule=one, due_at=at(2, 3), state=FireState.MISSED, covers=1234)
    page = page_of(admin, one)
    assert "It still runs." in page
    assert "1,234 due times." in page
    assert EVIL not in page
    a_schedule(name="Another one")
    every = f"{console_url(Fire, 'changelist')}?schedule={one.pk}"
    assert every in page
    assert "It still runs." in admin.get(every).content.decode()
    for other in (one.pk + 1, one.pk + 9, 10**18, "x"):
        assert (
            "It still runs."
            not in admin.get(f"{console_url(Fire, 'changelist')}?schedule={other}").content.decode()
        )


def test_one_is_deleted_with_its_rows_which_are_counted_and_not_listed(admin: Client) -> None:
    one = a_schedule()
    Fire.objects.bulk_create(
        Fire(schedule=one, due_at=at(1, 0, minute), state=FireState.MISSED) for minute in range(60)
    )
    url = console_url(Schedule, "delete", one.pk)
    page = admin.get(url).content.decode()
    assert "60" in page
    assert "2040-01-01 00:30" not in page
    admin.post(url, {"post": "yes"})
    assert not Schedule.objects.exists()
    assert not Fire.objects.exists()


def test_a_row_that_does_not_hold_has_a_page_that_says_so(admin: Client) -> None:
    one = a_schedule()
    Schedule.objects.update(cron_expression="61 * * * *")
    assert "The minute &#x27;61&#x27; is to be a number from 0 to 59." in page_of(admin, one)
    assert "61 * * * *" in admin.get(console_url(Schedule, "changelist")).content.decode()


def test_a_viewer_reads_and_does_nothing() -> None:
    one = a_schedule()
    viewer = signed_in(Role.VIEWER)
    assert "At 03:00" in page_of(viewer, one)
    for name in ("pause", "resume", "run"):
        assert viewer.post(console_url(Schedule, name, one.pk)).status_code == 403
    assert viewer.get(console_url(Schedule, "add")).status_code == 403
