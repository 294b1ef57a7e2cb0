"""Each entry is applied at most once by its key, and a call is applied whole or not at all."""

import threading
from typing import Any

import pytest

from costs.models import CostRecord
from executions.models import Execution, ExecutionEvent, ExecutionStep
from executions.services import claim_execution, create_execution
from system.roles import Role
from tests.api_clients import ApiClient, fields_of

LINES = [{"key": str(number), "type": "log", "message": f"line {number}"} for number in range(3)]
COST = {"type": "cost", "model": "claude-haiku-5-5", "usage": {"input_tokens": 10}}


@pytest.fixture
def operator(db: None) -> ApiClient:
    return ApiClient(Role.OPERATOR)


@pytest.fixture
def uid(operator: ApiClient) -> str:
    return str(operator.post("/tracking/executions", {"agent_type": "a"}).json()["id"])


def sent(operator: ApiClient, uid: str, entries: list[dict[str, Any]]) -> tuple[int, int]:
    response = operator.post(f"/tracking/executions/{uid}/batch", {"entries": entries})
    assert response.status_code == 200, response.content
    return response.json()["applied"], response.json()["duplicates"]


def messages(uid: str) -> list[str]:
    events = ExecutionEvent.objects.filter(execution__uid=uid, event="execution:log").order_by("seq")
    return [event.decoded["message"] for event in events]


def test_a_batch_that_is_sent_again_changes_nothing(operator: ApiClient, uid: str) -> None:
    assert sent(operator, uid, LINES) == (3, 0)
    assert sent(operator, uid, LINES) == (0, 3)
    assert messages(uid) == ["line 0", "line 1", "line 2"]


def test_of_a_batch_that_is_half_known_the_rest_is_applied(operator: ApiClient, uid: str) -> None:
    sent(operator, uid, LINES[:2])
    assert sent(operator, uid, LINES) == (1, 2)
    assert messages(uid) == ["line 0", "line 1", "line 2"]


def test_a_key_twice_in_one_call_counts_once(operator: ApiClient, uid: str) -> None:
    assert sent(operator, uid, [LINES[0], LINES[0]]) == (1, 1)


def test_without_a_key_everything_counts(operator: ApiClient, uid: str) -> None:
    entry = {"type": "log", "message": "again"}
    assert sent(operator, uid, [entry, entry]) == (2, 0)
    assert sent(operator, uid, [entry]) == (1, 0)


def test_the_same_key_in_another_execution_is_another(operator: ApiClient, uid: str) -> None:
    sent(operator, uid, LINES)
    other = operator.post("/tracking/executions", {"agent_type": "a", "entries": LINES}).json()
    assert (other["applied"], other["duplicates"]) == (3, 0)


def test_the_last_report_can_be_repeated_after_the_end(operator: ApiClient, uid: str) -> None:
    end = [LINES[0], {"key": "end", "type": "complete"}]
    assert sent(operator, uid, end) == (2, 0)
    before = Execution.objects.values().get(uid=uid)
    assert sent(operator, uid, end) == (0, 2)
    assert Execution.objects.values().get(uid=uid) == before


def test_nothing_new_can_be_told_after_the_end(operator: ApiClient, uid: str) -> None:
    sent(operator, uid, [{"type": "complete"}])
    for entries in ([LINES[0]], [{"type": "complete"}], []):
        response = operator.post(f"/tracking/executions/{uid}/batch", {"entries": entries})
        assert response.status_code == 409, entries
    assert messages(uid) == []


def test_after_a_cancel_the_agent_is_told_to_stop(operator: ApiClient, uid: str) -> None:
    operator.post(f"/executions/{uid}/cancel")
    response = operator.post(f"/tracking/executions/{uid}/batch", {"entries": LINES})
    assert response.status_code == 409
    assert "cancelled" in response.json()["detail"]


def test_a_request_is_paid_for_once(operator: ApiClient, uid: str) -> None:
    cost = {**COST, "request_id": "req_1"}
    assert sent(operator, uid, [cost, cost]) == (1, 1)
    assert sent(operator, uid, [cost]) == (0, 1)
    other = operator.post("/tracking/executions", {"agent_type": "b", "entries": [cost]}).json()
    assert (other["applied"], other["duplicates"]) == (0, 1)
    assert CostRecord.objects.count() == 1


def test_one_entry_that_cannot_be_applied_undoes_the_call(operator: ApiClient, uid: str) -> None:
    before = Execution.objects.values().get(uid=uid)
    entries = [
        {"type": "step.add", "step_name": "Fetch"},
        COST,
        {"type": "log", "message": "gone"},
        {"type": "step.complete", "step_number": 9},
    ]
    response = operator.post(f"/tracking/executions/{uid}/batch", {"entries": entries})
    assert response.status_code == 422
    assert fields_of(response) == ["entries.3.step_number"]
    assert Execution.objects.values().get(uid=uid) == before
    assert (ExecutionStep.objects.count(), CostRecord.objects.count(), messages(uid)) == (0, 0, [])


def test_an_execution_whose_entries_do_not_hold_is_not_begun(operator: ApiClient) -> None:
    entries = [{"type": "step.start", "step_number": 1}]
    response = operator.post("/tracking/executions", {"agent_type": "a", "entries": entries})
    assert response.status_code == 422
    assert not Execution.objects.exists()


def test_a_known_dedupe_key_answers_with_that_execution_and_applies_nothing(operator: ApiClient) -> None:
    body = {"agent_type": "a", "dedupe_key": "nightly", "entries": [{"type": "log", "message": "once"}]}
    first, second = operator.post("/tracking/executions", body), operator.post("/tracking/executions", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == {**first.json(), "applied": 0, "duplicates": 1}
    assert messages(first.json()["id"]) == ["once"]


def test_what_a_worker_of_ours_runs_cannot_be_told_from_outside(operator: ApiClient) -> None:
    execution, _ = create_execution(agent_type="a", node_id="n")
    path = f"/tracking/executions/{execution.uid}/batch"
    assert operator.post(path, {"entries": LINES}).status_code == 409
    assert claim_execution(execution.pk, owner="worker-1")
    response = operator.post(path, {"entries": LINES})
    assert response.status_code == 409
    assert "worker" in response.json()["detail"]


def test_an_unknown_execution_is_not_found(operator: ApiClient) -> None:
    response = operator.post(
        "/tracking/executions/01890000-0000-7000-8000-000000000000/batch", {"entries": LINES}
    )
    assert response.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_same_batch_from_many_at_once_is_applied_once() -> None:
    operator = ApiClient(Role.OPERATOR)
    uid = operator.post("/tracking/executions", {"agent_type": "a"}).json()["id"]
    answers: list[tuple[int, int]] = []
    threads = [threading.Thread(target=lambda: answers.append(sent(operator, uid, LINES))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [*[(0, 3)] * 7, (3, 0)]
    assert messages(uid) == ["line 0", "line 1", "line 2"]


@pytest.mark.django_db(transaction=True)
def test_the_same_dedupe_key_from_many_at_once_is_one_execution() -> None:
    operator = ApiClient(Role.OPERATOR)
    body = {"agent_type": "a", "dedupe_key": "k"}
    statuses: list[int] = []

    def start() -> None:
        statuses.append(operator.post("/tracking/executions", body).status_code)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [*[200] * 7, 201]
    assert Execution.objects.count() == 1
