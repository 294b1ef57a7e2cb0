"""One call may carry a whole execution; many calls may tell it as it happens; both leave the same rows."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from costs.models import CostRecord, DailyCost
from executions.models import DailyExecutions, Execution
from system.roles import Role
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db

USAGE = {"input_tokens": 1200, "output_tokens": 300}
ENTRIES: list[dict[str, Any]] = [
    {"type": "step.add", "step_number": 1, "step_name": "Fetch", "step_type": "command"},
    {"type": "step.start", "step_number": 1},
    {"type": "log", "level": "info", "message": "42 files", "step_number": 1},
    {
        "type": "cost",
        "model": "claude-haiku-5-5",
        "request_id": "req_1",
        "response_time_ms": 840,
        "usage": USAGE,
    },
    {"type": "step.complete", "step_number": 1, "output": "ok", "metadata": {"files": 42}},
    {"type": "step.add", "step_name": "Mail", "step_type": "cleanup"},
    {"type": "step.skip", "step_number": 2, "reason": "no mail server"},
    {"type": "complete", "success": True, "result_summary": "42 files"},
]
BEGAN = "2026-11-22T22:00:00Z"


@pytest.fixture
def operator() -> ApiClient:
    return ApiClient(Role.OPERATOR)


def at_minutes(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each a minute after the one before, so that two tellings can be compared."""
    return [
        {**entry, "at": f"2026-11-22T22:{minute:02}:00Z"} for minute, entry in enumerate(entries, start=1)
    ]


def told_whole(operator: ApiClient, entries: list[dict[str, Any]]) -> str:
    body = {"agent_type": "nightly-sync", "at": BEGAN, "entries": entries}
    response = operator.post("/tracking/executions", body)
    assert response.status_code == 201, response.content
    answer = response.json()
    assert (answer["applied"], answer["duplicates"]) == (len(entries), 0)
    uid: str = answer["id"]
    return uid


def told_one_by_one(operator: ApiClient, entries: list[dict[str, Any]]) -> str:
    uid = told_whole(operator, [])
    for entry in entries:
        response = operator.post(f"/tracking/executions/{uid}/batch", {"entries": [entry]})
        assert response.status_code == 200, response.content
        assert response.json() == {"applied": 1, "duplicates": 0}
    return uid


def shown(operator: ApiClient, uid: str) -> dict[str, Any]:
    """All that the API tells of it, but for its own id and the times of writing."""
    document = operator.get(f"/executions/{uid}?include=logs").json()
    events = operator.get(f"/executions/{uid}/events").json()["items"]
    for name in ("id", "created_at", "updated_at"):
        del document[name]
    return {
        **document,
        "events": [(event["seq"], event["event"], event["at"], event["data"]) for event in events],
    }


def test_both_ways_leave_the_same(operator: ApiClient) -> None:
    entries = at_minutes(ENTRIES)
    whole = shown(operator, told_whole(operator, entries))
    CostRecord.objects.update(request_id=None)
    assert shown(operator, told_one_by_one(operator, entries)) == whole


def test_a_whole_execution_is_what_was_told(operator: ApiClient) -> None:
    execution = shown(operator, told_whole(operator, at_minutes(ENTRIES)))
    assert execution["status"] == "completed"
    assert (execution["result_summary"], execution["exit_code"]) == ("42 files", 0)
    assert (execution["started_at"], execution["completed_at"]) == (BEGAN, "2026-11-22T22:08:00Z")
    assert execution["duration_ms"] == 8 * 60_000
    assert (execution["cost_usd"], execution["tokens_used"]) == ("0.00027", 1500)
    first, second = execution["steps"]
    assert (first["status"], first["output"], first["duration_ms"]) == ("completed", "ok", 3 * 60_000)
    assert (second["step_number"], second["status"]) == (2, "skipped")
    assert second["error_message"] == "no mail server"
    assert [line["message"] for line in execution["logs"]] == ["42 files"]
    assert execution["costs"][0]["response_time_ms"] == 840
    assert [event[0] for event in execution["events"]] == list(range(1, 10))


def test_costs_and_days_are_added_up(operator: ApiClient) -> None:
    told_whole(operator, ENTRIES)
    day = DailyExecutions.objects.get()
    assert (day.agent_type, day.status, day.executions) == ("nightly-sync", "completed", 1)
    assert (day.cost_usd, day.tokens_used) == (Decimal("0.00027"), 1500)
    money = DailyCost.objects.get()
    assert (money.records, money.cost_usd) == (1, Decimal("0.00027"))
    told_whole(operator, [{"type": "complete"}])
    assert DailyExecutions.objects.get().executions == 2


def test_a_failure_with_its_exit_code(operator: ApiClient) -> None:
    uid = told_whole(operator, [{"type": "fail", "error": "no disk", "exit_code": 74}])
    execution = shown(operator, uid)
    assert (execution["status"], execution["exit_code"], execution["error_message"]) == (
        "failed",
        74,
        "no disk",
    )


def test_an_end_without_success(operator: ApiClient) -> None:
    uid = told_whole(operator, [{"type": "complete", "success": False, "error": "half done"}])
    execution = shown(operator, uid)
    assert (execution["status"], execution["exit_code"], execution["error_message"]) == (
        "failed",
        1,
        "half done",
    )


def test_the_end_closes_steps_that_were_open(operator: ApiClient) -> None:
    entries = [*ENTRIES[:2], {"type": "step.add", "step_name": "Later"}, {"type": "complete"}]
    steps = shown(operator, told_one_by_one(operator, entries))["steps"]
    assert [step["status"] for step in steps] == ["failed", "skipped"]


def test_without_a_time_it_is_now(operator: ApiClient) -> None:
    before = timezone.now()
    response = operator.post("/tracking/executions", {"agent_type": "a"})
    started = parse_datetime(operator.get(f"/executions/{response.json()['id']}").json()["started_at"])
    assert started is not None
    assert before <= started <= timezone.now()


def test_a_new_execution_runs_with_a_lease_that_every_call_renews(operator: ApiClient, settings: Any) -> None:
    settings.TRACKING_LEASE_SECONDS = 1000
    uid = told_whole(operator, [])
    execution = Execution.objects.get(uid=uid)
    assert (execution.status, execution.lease_owner, execution.attempt) == ("running", "remote", 1)
    before = timezone.now() - timedelta(seconds=1)
    for entries in ([], [{"type": "log", "message": "still here"}]):
        Execution.objects.update(lease_until=before)
        operator.post(f"/tracking/executions/{uid}/batch", {"entries": entries})
        execution.refresh_from_db()
        assert execution.lease_until is not None
        assert execution.lease_until > timezone.now() + timedelta(seconds=900)


def test_secrets_are_taken_out_of_what_is_told(operator: ApiClient) -> None:
    secret = "sk-ant-api03-" + "a1B2" * 10
    uid = told_whole(
        operator,
        [
            {"type": "step.add", "step_name": "Fetch", "metadata": {"header": [f"x {secret}"]}},
            {"type": "log", "message": f"using {secret}"},
            {"type": "step.complete", "step_number": 1, "output": secret, "error": secret},
            {"type": "complete", "result_summary": secret},
        ],
    )
    assert secret not in str(shown(operator, uid))


def test_nul_characters_are_taken_out(operator: ApiClient) -> None:
    uid = told_whole(
        operator,
        [
            {"type": "log", "message": "a\x00b \\u0000"},
            {"type": "step.add", "step_name": "Fetch", "metadata": {"k\x00": ["\x00"]}},
            {"type": "step.complete", "step_number": 1, "output": "\x00ok"},
            {"type": "complete", "result_summary": "\x00fine"},
        ],
    )
    execution = shown(operator, uid)
    assert execution["logs"][0]["message"] == "ab \\u0000"
    assert execution["steps"][0]["metadata"] == {"k": [""]}
    assert (execution["steps"][0]["output"], execution["result_summary"]) == ("ok", "fine")
