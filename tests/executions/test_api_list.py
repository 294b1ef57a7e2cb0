"""GET /executions: filters, pages and cursors, the newest first, at the same small number of queries."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from executions.models import Execution, Status
from executions.schemas import ExecutionList, ExecutionOut, RunningList
from executions.services import claim_execution, create_execution, start_remote_execution
from system.paging import make_cursor
from system.roles import Role
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db

Queries = Any


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def listed(viewer: ApiClient, query: str = "") -> list[str]:
    response = viewer.get(f"/executions{query}")
    assert response.status_code == 200, response.content
    ExecutionList.model_validate_json(response.content)
    document = response.json()
    if "limit" not in query and "cursor" not in query:
        assert document["count"] == len(document["items"])
    return [item["agent_type"] for item in document["items"]]


def written(agent_type: str, **fields: Any) -> Execution:
    execution, _ = create_execution(agent_type=agent_type, node_id="n1")
    Execution.objects.filter(pk=execution.pk).update(**fields)
    return execution


def test_an_empty_list(viewer: ApiClient) -> None:
    assert viewer.get("/executions").json() == {"items": [], "count": 0, "next_cursor": None}


def test_the_newest_comes_first(viewer: ApiClient) -> None:
    for name in ("first", "second", "third"):
        written(name)
    assert listed(viewer) == ["third", "second", "first"]


def test_an_item_has_every_field_as_the_schema_says(viewer: ApiClient) -> None:
    at = datetime(2026, 11, 23, 14, 5, 0, 250_000, tzinfo=UTC)
    execution = written(
        "nightly",
        status=Status.FAILED,
        started_at=at,
        completed_at=at + timedelta(seconds=2),
        duration_ms=2000,
        cost_usd="0.000000000001",
        tokens_used=7,
        triggered_by="webhook",
        result_summary="Execution failed: “no”",
        error_message="“no”",
        exit_code=3,
        attempt=1,
    )
    item = viewer.get("/executions").json()["items"][0]
    assert item.keys() == ExecutionOut.model_fields.keys()
    assert item.pop("created_at").endswith("Z")
    assert item.pop("updated_at").endswith("Z")
    assert item == {
        "id": str(execution.uid),
        "agent_type": "nightly",
        "status": "failed",
        "started_at": "2026-11-23T14:05:00.250000Z",
        "completed_at": "2026-11-23T14:05:02.250000Z",
        "duration_ms": 2000,
        "cost_usd": "0.000000000001",
        "tokens_used": 7,
        "node_id": "n1",
        "triggered_by": "webhook",
        "result_summary": "Execution failed: “no”",
        "error_message": "“no”",
        "exit_code": 3,
        "attempt": 1,
    }


def test_what_is_not_known_yet_is_null(viewer: ApiClient) -> None:
    written("waiting")
    item = viewer.get("/executions").json()["items"][0]
    for name in ("completed_at", "duration_ms", "cost_usd", "tokens_used", "exit_code"):
        assert item[name] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?agent_type=b", ["b"]),
        ("?status=failed", ["c", "b"]),
        ("?node_id=attic", ["c"]),
        ("?triggered_by=schedule", ["a"]),
        ("?status=failed&node_id=attic", ["c"]),
        ("?status=cancelled", []),
    ],
)
def test_filters(viewer: ApiClient, query: str, expected: list[str]) -> None:
    now = timezone.now()
    written("a", triggered_by="schedule")
    written("b", status=Status.FAILED, completed_at=now)
    written("c", status=Status.FAILED, completed_at=now, node_id="attic")
    assert listed(viewer, query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?date_from=2026-10-31T23:59:59.999Z", ["nov-2", "nov-1", "oct-31"]),
        ("?date_from=2026-11-01T00:00:00Z", ["nov-2", "nov-1"]),
        ("?date_to=2026-11-01T00:00:00Z", ["oct-31"]),
        ("?date_to=2026-11-01T01:00:00%2B01:00", ["oct-31"]),
        ("?date_from=2026-11-01&date_to=2026-11-01", ["nov-1"]),
        ("?date_from=2026-10-31&date_to=2026-11-01", ["nov-1", "oct-31"]),
        ("?date_from=2026-11-03", []),
    ],
)
def test_a_range_is_half_open_and_a_day_is_whole(viewer: ApiClient, query: str, expected: list[str]) -> None:
    written("oct-31", started_at=datetime(2026, 10, 31, 23, 59, 59, 999_999, UTC))
    written("nov-1", started_at=datetime(2026, 11, 1, tzinfo=UTC))
    written("nov-2", started_at=datetime(2026, 11, 2, tzinfo=UTC))
    assert listed(viewer, query) == expected


def test_a_day_is_one_of_the_time_zone_of_the_settings(viewer: ApiClient, settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"
    zone = ZoneInfo("America/New_York")
    written("day before", started_at=datetime(2026, 11, 1, 23, 59, tzinfo=zone))
    written("that day", started_at=datetime(2026, 11, 2, 23, 59, tzinfo=zone))
    assert listed(viewer, "?date_from=2026-11-02&date_to=2026-11-02") == ["that day"]


def test_limit_and_offset(viewer: ApiClient) -> None:
    for number in range(5):
        written(f"a{number}")
    assert listed(viewer, "?limit=2") == ["a4", "a3"]
    assert listed(viewer, "?limit=2&offset=3") == ["a1", "a0"]
    assert listed(viewer, f"?limit=500&offset={2**63 - 1}") == []
    assert viewer.get("/executions?limit=2").json()["count"] == 5


def test_cursors_lead_through_the_whole_list_once(viewer: ApiClient) -> None:
    for number in range(7):
        written(f"a{number}")
    seen, query = [], "?limit=3"
    for _ in range(3):
        document = viewer.get(f"/executions{query}").json()
        assert document["count"] == 7
        seen += [item["agent_type"] for item in document["items"]]
        query = f"?limit=3&cursor={document['next_cursor']}"
    assert document["next_cursor"] is None
    assert seen == [f"a{number}" for number in reversed(range(7))]


def test_a_cursor_is_not_moved_by_what_is_new(viewer: ApiClient) -> None:
    for number in range(4):
        written(f"a{number}")
    cursor = viewer.get("/executions?limit=2").json()["next_cursor"]
    written("new")
    assert listed(viewer, f"?limit=2&cursor={cursor}") == ["a1", "a0"]


def test_a_cursor_works_with_filters_and_after_its_row_is_gone(viewer: ApiClient) -> None:
    rows = [written("a", node_id=f"n{number % 2}") for number in range(6)]
    cursor = make_cursor(rows[4].pk)
    rows[4].delete()
    assert viewer.get(f"/executions?node_id=n0&cursor={cursor}").json()["count"] == 2
    assert len(listed(viewer, f"?node_id=n0&cursor={cursor}")) == 2


def test_the_number_of_queries_does_not_grow(viewer: ApiClient, django_assert_num_queries: Queries) -> None:
    for number in range(60):
        written(f"a{number}")
    for query in ("", "?limit=500", "?status=pending&limit=50", f"?cursor={make_cursor(40)}"):
        viewer.get("/executions")  # the token is known again, however slow the machine is
        with django_assert_num_queries(2):
            viewer.get(f"/executions{query}")


def test_what_runs_now(viewer: ApiClient) -> None:
    create_execution(agent_type="waiting", node_id="n1")
    running, _ = create_execution(agent_type="running", node_id="n1")
    assert claim_execution(running.pk, owner="worker-1")
    start_remote_execution(agent_type="remote", node_id="n2")
    response = viewer.get("/executions/running")
    RunningList.model_validate_json(response.content)
    assert [item["agent_type"] for item in response.json()["items"]] == ["remote", "running"]
    assert response.json()["count"] == 2
