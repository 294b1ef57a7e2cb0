"""Schedules over the API: made, changed, previewed, paused, run, and refused in words."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.models import AgentConfiguration
from executions.models import Execution, Trigger
from executions.services import create_execution
from scheduling.models import Fire, FireState, Schedule
from scheduling.schemas import FireList, PreviewOut, RunOut, ScheduleList, ScheduleOut
from system.models import Node
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.scheduling.schedules import a_schedule, an_agent, at

pytestmark = pytest.mark.django_db

START = "2040-01-01T00:00:00Z"


@pytest.fixture
def admin() -> ApiClient:
    an_agent()
    return ApiClient(Role.ADMIN)


@pytest.fixture
def operator() -> ApiClient:
    an_agent()
    return ApiClient(Role.OPERATOR)


def a_body(**more: Any) -> dict[str, Any]:
    fields = {
        "name": "Nightly",
        "agent_type": "disk-space",
        "cron_expression": "0 3 * * *",
        "starts_at": START,
    }
    return {**fields, **more}


def made(admin: ApiClient, **more: Any) -> Any:
    response = admin.post("/schedules", a_body(**more))
    assert response.status_code == 201, response.content
    ScheduleOut.model_validate_json(response.content)
    return response.json()


def test_one_is_made_read_changed_and_deleted(admin: ApiClient) -> None:
    one = made(admin, timezone="America/New_York")
    due = "2040-01-01T08:00:00Z"
    assert (one["words"], one["next_due"], one["next_run"]) == ("At 03:00", due, due)
    assert (one["missed_policy"], one["overlap_policy"], one["trigger_source"]) == (
        "run_once",
        "skip",
        "nightly",
    )
    path = f"/schedules/{one['id']}"
    assert admin.get(path).json() == one
    changed = admin.call("PATCH", path, {"max_executions": 3, "overlap_policy": "queue"}).json()
    assert (changed["max_executions"], changed["overlap_policy"], changed["timezone"]) == (
        3, "queue", "America/New_York"
    )  # fmt: skip
    assert admin.call("PATCH", path, {"max_executions": None, "starts_at": None}).json()["starts_at"] is None
    replaced = admin.call("PUT", path, a_body(name="Other")).json()
    assert (replaced["name"], replaced["timezone"], replaced["overlap_policy"]) == ("Other", "UTC", "skip")
    assert admin.call("DELETE", path).status_code == 204
    assert admin.get(path).status_code == 404
    assert admin.call("DELETE", path).json()["detail"] == f"There is no schedule {one['id']}."


def test_the_list_by_name_and_what_it_is_asked_for(admin: ApiClient) -> None:
    an_agent("log-scan")
    made(admin, name="B")
    made(admin, name="A", agent_type="log-scan")
    made(admin, name="C", enabled=False)

    def names(query: str = "") -> list[str]:
        response = admin.get(f"/schedules{query}")
        ScheduleList.model_validate_json(response.content)
        return [item["name"] for item in response.json()["items"]]

    assert names() == ["A", "B", "C"]
    assert names("?enabled=false") == ["C"]
    assert names("?agent_type=log-scan&enabled=true") == ["A"]
    assert names("?limit=1&offset=1") == ["B"]


def test_a_list_of_many_asks_no_more_than_a_list_of_one(admin: ApiClient) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert admin.get("/schedules").status_code == 200
        return len(asked)

    made(admin)
    queries()
    few = queries()
    for number in range(20):
        made(admin, name=f"S {number}")
    assert queries() == few


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"cron_expression": "0 0 3 * * *"}, "cron_expression", "this one has six."),
        ({"cron_expression": "0 0 31 2 *"}, "cron_expression", "It is never due"),
        ({"cron_expression": "x" * 5120}, "cron_expression", "this one has 5120."),
        ({"cron_expression": 7}, "cron_expression", "string"),
        ({"timezone": "Berlin"}, "timezone", "close to it: Europe/Berlin"),
        ({"agent_type": "nobody"}, "agent_type", "There is no agent 'nobody'"),
        ({"node_ids": ["attic"]}, "node_ids", "There is no node 'attic'; known are: localhost."),
        ({"execution_config": {"steps": []}}, "execution_config.steps", "not 'steps'"),
        ({"ends_at": "2039-01-01T00:00:00Z"}, "ends_at", "ends before it begins"),
        ({"starts_at": "tomorrow"}, "starts_at", "a time with its offset"),
        ({"max_executions": 0}, "max_executions", "greater than or equal to 1"),
        ({"jitter_seconds": 4000}, "jitter_seconds", "less than or equal to 3600"),
        ({"missed_policy": "hope"}, "missed_policy", "'skip', 'run_once' or 'catch_up'"),
        ({"next_due": START}, "next_due", "Extra inputs"),
        ({"name": ""}, "name", "at least 1"),
    ],
)
def test_what_does_not_hold_is_refused_at_its_field(
    admin: ApiClient, fields: dict[str, Any], field: str, words: str
) -> None:
    for response in (
        admin.post("/schedules", a_body(**fields)),
        admin.call("PATCH", f"/schedules/{a_schedule().pk}", fields),
    ):
        assert response.status_code == 422
        assert fields_of(response) == [field]
        assert words in response.json()["errors"][0]["message"]
    assert Schedule.objects.count() == 1


def test_null_takes_no_default_away(admin: ApiClient) -> None:
    path = f"/schedules/{made(admin)['id']}"
    for name in ("name", "cron_expression", "timezone", "enabled", "node_ids", "execution_config"):
        assert fields_of(admin.call("PATCH", path, {name: None})) == [name]


def test_it_is_paused_with_a_reason_and_resumed(operator: ApiClient) -> None:
    path = f"/schedules/{a_schedule().pk}"
    paused = operator.post(f"{path}/pause", {"reason": "The disk is being replaced."}).json()
    assert (paused["enabled"], paused["next_run"]) == (False, None)
    assert (paused["paused_by"], paused["pause_reason"]) == (
        "operator of the test",
        "The disk is being replaced.",
    )
    again = operator.post(f"{path}/pause")
    assert (again.status_code, again.json()["detail"]) == (
        409, "Nightly is paused already: The disk is being replaced."
    )  # fmt: skip
    resumed = operator.post(f"{path}/resume").json()
    assert (resumed["enabled"], resumed["pause_reason"], resumed["next_due"]) == (
        True,
        "",
        "2040-01-01T03:00:00Z",
    )
    assert operator.post(f"{path}/resume").status_code == 409
    assert fields_of(operator.post(f"{path}/pause", {"reason": "x" * 501})) == ["reason"]


def test_a_preview_in_words_in_two_zones_and_with_conflicts() -> None:
    other = a_schedule(name="Other", cron_expression="0 8 1 * *")
    body = {
        "cron_expression": "0 3 * * *", "timezone": "America/New_York", "viewer_timezone": "Asia/Tokyo",
        "agent_type": "disk-space", "starts_at": START, "jitter_seconds": 60,
    }  # fmt: skip
    response = ApiClient(Role.VIEWER).post("/schedules/preview", body)
    PreviewOut.model_validate_json(response.content)
    shown = response.json()
    assert shown["words"] == "At 03:00"
    assert shown["due"][0] == {
        "at": "2040-01-01T08:00:00Z", "local": "2040-01-01T03:00:00-05:00",
        "viewer_local": "2040-01-01T17:00:00+09:00", "launched_at": None,
    }  # fmt: skip
    assert len(shown["due"]) == 5
    assert shown["conflicts"] == [
        {"at": "2040-01-01T08:00:00Z", "count": 1, "same_agent": 1,
         "schedules": [{"id": other.pk, "name": "Other", "agent_type": "disk-space"}]}
    ]  # fmt: skip
    assert shown["notes"] == [
        "One other schedule is due in the same minute at one of these times, of the same agent: Other."
    ]


def test_a_preview_of_a_stored_one_counts_what_it_has_run() -> None:
    one = a_schedule(max_executions=3)
    Schedule.objects.update(executions_count=2)
    body = {"cron_expression": "0 4 * * *", "starts_at": START, "max_executions": 3, "schedule_id": one.pk}
    shown = ApiClient(Role.VIEWER).post("/schedules/preview", body).json()
    assert [due["at"] for due in shown["due"]] == ["2040-01-01T04:00:00Z"]
    assert shown["conflicts"] == []
    one.refresh_from_db()
    assert (one.cron_expression, one.next_due) == ("0 3 * * *", at(1, 3))


def test_a_preview_refuses_what_saving_would() -> None:
    viewer = ApiClient(Role.VIEWER)
    assert fields_of(viewer.post("/schedules/preview", {"cron_expression": "60 * * * *"})) == [
        "cron_expression"
    ]
    body = {"cron_expression": "0 3 * * *", "viewer_timezone": "Berlin"}
    assert fields_of(viewer.post("/schedules/preview", body)) == ["viewer_timezone"]
    assert (
        viewer.post("/schedules/preview", {"cron_expression": "@daily", "schedule_id": 99}).status_code == 404
    )


def test_run_launches_as_the_schedule_would_and_counts_as_no_due_time(operator: ApiClient) -> None:
    AgentConfiguration.objects.update(max_concurrent_executions=2)
    Node.objects.create(name="attic")
    overrides = {"analysis": {"analyst": "rules"}}
    one = a_schedule(node_ids=["localhost", "attic"], execution_config=overrides, max_executions=1)
    response = operator.post(f"/schedules/{one.pk}/run")
    assert response.status_code == 201
    RunOut.model_validate_json(response.content)
    assert [run["node_id"] for run in response.json()["executions"]] == ["localhost", "attic"]
    for execution in Execution.objects.all():
        assert (execution.triggered_by, execution.trigger_source) == (Trigger.SCHEDULE, "nightly")
        assert execution.execution_context["overrides"] == overrides
        assert execution.execution_context["actor"] == "operator of the test"
    before = (one.next_due, one.executions_count, one.last_run)
    one.refresh_from_db()
    assert (one.next_due, one.executions_count, one.last_run) == before


def test_a_run_that_a_limit_refuses_names_it(operator: ApiClient) -> None:
    one = a_schedule()
    assert operator.post(f"/schedules/{one.pk}/run").status_code == 201
    refused = operator.post(f"/schedules/{one.pk}/run")
    assert (refused.status_code, refused.json()["limit"]) == (409, "concurrency")
    assert Execution.objects.count() == 1


def test_where_one_node_is_refused_the_others_run(operator: ApiClient) -> None:
    Node.objects.create(name="attic")
    one = a_schedule(node_ids=["localhost", "attic"])
    response = operator.post(f"/schedules/{one.pk}/run").json()
    assert [run["node_id"] for run in response["executions"]] == ["localhost"]
    assert [(refusal["node_id"], refusal["limit"]) for refusal in response["refused"]] == [
        ("attic", "concurrency")
    ]


def test_a_row_that_does_not_hold_is_shown_all_the_same(admin: ApiClient) -> None:
    Schedule.objects.filter(pk=a_schedule().pk).update(cron_expression="61 * * * *")
    (item,) = admin.get("/schedules").json()["items"]
    assert item["words"] == "61 * * * *"
    assert datetime.fromisoformat(item["created_at"])


def test_what_became_of_its_due_times_the_last_first(admin: ApiClient) -> None:
    one, other = a_schedule(), a_schedule(name="Other")
    run = create_execution(agent_type="disk-space", node_id="localhost")[0]
    Fire.objects.create(
        schedule=one, due_at=at(1, 3), state=FireState.LAUNCHED, execution=run, lateness_ms=12
    )
    Fire.objects.create(schedule=one, due_at=at(2, 3), state=FireState.SKIPPED, reason="It still runs.")
    Fire.objects.create(schedule=other, due_at=at(3, 3), state=FireState.MISSED, covers=7)
    response = admin.get(f"/schedules/{one.pk}/fires")
    FireList.model_validate_json(response.content)
    skipped, launched = response.json()["items"]
    assert (skipped["state"], skipped["reason"], skipped["execution_id"]) == (
        "skipped",
        "It still runs.",
        None,
    )
    assert (launched["due_at"], launched["execution_id"]) == ("2040-01-01T03:00:00Z", str(run.uid))
    assert admin.get(f"/schedules/{one.pk}/fires?state=launched&limit=1").json() == {
        "items": [launched], "count": 1
    }  # fmt: skip
    assert admin.get(f"/schedules/{other.pk}/fires").json()["items"][0]["covers"] == 7
    assert fields_of(admin.get(f"/schedules/{one.pk}/fires?state=forgotten")) == ["state"]
    assert admin.get("/schedules/99/fires").status_code == 404
