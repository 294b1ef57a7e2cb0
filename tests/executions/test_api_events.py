"""The events and the log of an execution, read from any point on."""

from typing import Any

import pytest

from executions.logs import PAGE, SHOWN_AT_MOST
from executions.models import Execution
from executions.schemas import EventList
from executions.services import Tracker, claim_execution, create_execution
from system.roles import Role
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


@pytest.fixture
def tracker() -> Tracker:
    execution, _ = create_execution(agent_type="nightly", node_id="n1")
    lease = claim_execution(execution.pk, owner="worker-1")
    assert lease is not None
    return lease.tracker()


def path_of(tracker: Tracker, rest: str) -> str:
    return f"/executions/{Execution.objects.get(pk=tracker.execution_id).uid}{rest}"


def numbers(response: Any) -> list[int]:
    EventList.model_validate_json(response.content)
    return [event["seq"] for event in response.json()["items"]]


def test_events_come_in_order_from_the_one_after(viewer: ApiClient, tracker: Tracker) -> None:
    tracker.add_step("Fetch")
    tracker.add_log("42 files", "warn", step_number=1)
    whole = viewer.get(path_of(tracker, "/events"))
    assert numbers(whole) == [1, 2, 3, 4]
    assert whole.json()["count"] == 4
    assert numbers(viewer.get(path_of(tracker, "/events?after=2"))) == [3, 4]
    assert numbers(viewer.get(path_of(tracker, "/events?after=2&limit=1"))) == [3]
    assert viewer.get(path_of(tracker, "/events?after=2&limit=1")).json()["count"] == 2
    assert viewer.get(path_of(tracker, "/events?after=99")).json() == {"items": [], "count": 0, "removed": 0}


def test_an_event_is_what_the_socket_would_have_sent(viewer: ApiClient, tracker: Tracker) -> None:
    tracker.add_log("42 “files”", "warn", step_number=1)
    event = viewer.get(path_of(tracker, "/events?after=2")).json()["items"][0]
    stored = Execution.objects.get(pk=tracker.execution_id).events.get(seq=3)
    assert event.pop("at").endswith("Z")
    assert event == {
        "event": "execution:log",
        "id": stored.pk,
        "seq": 3,
        "execution_id": str(stored.execution.uid),
        "data": {
            "timestamp": stored.at.isoformat(),
            "level": "warn",
            "message": "42 “files”",
            "step_number": 1,
        },
    }


def text_of(viewer: ApiClient, tracker: Tracker) -> str:
    response = viewer.get(path_of(tracker, "/logs"))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    return b"".join(response.streaming_content).decode()


def test_the_log_is_text_with_time_and_level(viewer: ApiClient, tracker: Tracker) -> None:
    tracker.add_log("Fünf Dateien", "error")
    last = text_of(viewer, tracker).splitlines()[-1]
    stamp, level, message = last.split(maxsplit=2)
    assert stamp.endswith("Z")
    assert (level, message) == ("ERROR", "Fünf Dateien")


def test_a_long_log_is_whole_as_text_and_ends_with_the_last_lines_in_the_detail(
    viewer: ApiClient, tracker: Tracker
) -> None:
    count = SHOWN_AT_MOST + PAGE + 1
    with tracker.batch() as change:
        for number in range(count):
            change.add_log(f"line {number}")
    lines = text_of(viewer, tracker).splitlines()
    assert [line.split("line ")[1] for line in lines[1:]] == [str(number) for number in range(count)]
    logs = viewer.get(path_of(tracker, "?include=logs")).json()["logs"]
    assert len(logs) == SHOWN_AT_MOST
    assert logs[-1]["message"] == f"line {count - 1}"
    assert [line["seq"] for line in logs] == sorted(line["seq"] for line in logs)
