"""GET /costs: billed requests, the newest first; filters, pages and cursors, and a count from the sums."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from costs.cursors import Place, make_time_cursor
from costs.models import CostRecord
from costs.schemas.records import RecordList, RecordOut
from executions.models import Trigger
from executions.services import create_execution
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.costs.ledger import HAIKU, OPUS, UNKNOWN, a_small_ledger, an_execution, spend

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def listed(viewer: ApiClient, query: str = "") -> list[dict[str, Any]]:
    """All that match, which is also what `count` must say: it is not counted from the records."""
    response = viewer.get(f"/costs{query}")
    assert response.status_code == 200, response.content
    RecordList.model_validate_json(response.content)
    document = response.json()
    assert document["count"] == len(document["items"])
    return list(document["items"])


def times(viewer: ApiClient, query: str = "") -> list[str]:
    return [item["timestamp"].removeprefix("2026-11-").removesuffix(":00Z") for item in listed(viewer, query)]


def test_an_empty_list(viewer: ApiClient) -> None:
    assert viewer.get("/costs").json() == {"items": [], "count": 0, "next_cursor": None}


def test_the_newest_comes_first_whenever_it_was_recorded(viewer: ApiClient) -> None:
    execution = an_execution()
    for when in ("2026-11-20T10:00", "2026-11-22T10:00", "2026-11-21T10:00"):
        spend(execution, when)
    assert times(viewer) == ["22T10:00", "21T10:00", "20T10:00"]


def test_an_item_has_every_field_as_the_schema_says(viewer: ApiClient) -> None:
    execution = create_execution(
        agent_type="disk-space", node_id="attic", triggered_by=Trigger.SCHEDULE, trigger_source="nightly"
    )[0]
    usage = {"input_tokens": 1, "output_tokens": 2, "cache_read_input_tokens": 3}
    record = spend(execution, "2026-11-20T10:00:00.25", HAIKU, usage)
    item = listed(viewer)[0]
    assert item.keys() == RecordOut.model_fields.keys()
    record.refresh_from_db()
    assert {name: item[name] for name in item if not name.endswith("_usd")} == {
        "id": record.pk,
        "timestamp": "2026-11-20T10:00:00.250000Z",
        "agent_type": "disk-space",
        "node_id": "attic",
        "triggered_by": "schedule",
        "trigger_source": "nightly",
        "execution_id": str(execution.uid),
        "request_id": None,
        "model_used": HAIKU,
        "input_tokens": 1,
        "output_tokens": 2,
        "cache_write_tokens": 0,
        "cache_read_tokens": 3,
        "response_time_ms": None,
        "cache_hit": True,
        "is_complete": True,
    }
    for name in (name for name in item if name.endswith("_usd")):
        assert item[name] == format(getattr(record, name).normalize(), "f"), name


def test_a_record_without_execution_and_one_without_price(viewer: ApiClient) -> None:
    spend(an_execution(), "2026-11-20T10:00", UNKNOWN)
    CostRecord.objects.update(execution=None)
    item = listed(viewer)[0]
    assert item["execution_id"] is None
    assert [item[name] for name in item if name.endswith("_usd")] == [None] * 8


def test_filters(viewer: ApiClient) -> None:
    first, second = a_small_ledger()
    whole = ["22T09:00", "21T23:59:59.999999Z", "21T00:00", "20T11:00", "20T10:00"]
    assert times(viewer) == whole
    assert times(viewer, "?agent_type=log-analyzer") == whole[:3]
    assert times(viewer, f"?model={OPUS}") == [whole[0], whole[3]]
    assert times(viewer, f"?model={OPUS}&agent_type=disk-space") == [whole[3]]
    assert times(viewer, "?unpriced=true") == [whole[1]]
    assert times(viewer, "?unpriced=false") == [whole[0], *whole[2:]]
    assert times(viewer, f"?execution_id={first.uid}") == whole[3:]
    assert times(viewer, f"?execution_id={second.uid}&unpriced=true") == [whole[1]]
    for nothing in ("node_id=attic", "triggered_by=webhook", "trigger_source=nightly", "model=claude"):
        assert times(viewer, f"?{nothing}") == []
    assert times(viewer, "?node_id=localhost&triggered_by=manual") == whole
    assert times(viewer, "?execution_id=01890000-0000-7000-8000-000000000000") == []


def test_incomplete_ones(viewer: ApiClient) -> None:
    a_small_ledger()
    CostRecord.objects.filter(model_used=OPUS, agent_type="disk-space").update(is_complete=False)
    assert times(viewer, "?is_complete=false") == ["20T11:00"]
    assert len(listed(viewer, "?is_complete=true")) == 4
    assert listed(viewer, f"?is_complete=true&model={OPUS}")[0]["timestamp"] == "2026-11-22T09:00:00Z"


RANGES = [
    ("date_from=2026-11-21", ["22T09:00", "21T23:59:59.999999Z", "21T00:00"]),
    ("date_to=2026-11-20", ["20T11:00", "20T10:00"]),
    ("date_from=2026-11-21&date_to=2026-11-21", ["21T23:59:59.999999Z", "21T00:00"]),
    ("date_from=2026-11-20T10:00:00.000001Z&date_to=2026-11-22T09:00:00Z",
     ["21T23:59:59.999999Z", "21T00:00", "20T11:00"]),
    ("date_from=2026-11-20T10:30:00Z&date_to=2026-11-20T11:00:00.000001Z", ["20T11:00"]),
    ("date_from=2026-11-21T23:00:00Z&date_to=2026-11-22T10:00:00Z&unpriced=true", ["21T23:59:59.999999Z"]),
    ("date_from=2026-11-22&date_to=2026-11-20", []),
    ("date_from=2026-11-20T12:00:00Z&date_to=2026-11-20T12:00:00Z", []),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), RANGES)
def test_ranges_are_half_open_and_their_count_is_right(
    viewer: ApiClient, query: str, expected: list[str]
) -> None:
    a_small_ledger()
    assert times(viewer, f"?{query}") == expected


@pytest.mark.parametrize("zone", ["Pacific/Chatham", "America/New_York", "Asia/Tokyo"])
def test_days_are_those_of_the_zone_and_the_count_agrees(viewer: ApiClient, zone: str) -> None:
    with override_settings(TIME_ZONE=zone):
        execution = an_execution()
        for hour in range(72):
            spend(execution, f"2026-11-{20 + hour // 24}T{hour % 24:02}:30")
        for day in range(19, 24):
            listed(viewer, f"?limit=500&date_from=2026-11-{day}&date_to=2026-11-{day}")
        for hour in (0, 7, 15):
            listed(viewer, f"?limit=500&date_from=2026-11-20T{hour:02}:00:00Z&date_to=2026-11-22T13:00:00Z")
        assert len(listed(viewer, "?limit=500&date_from=2026-11-21&date_to=2026-11-21")) == 24


def test_a_cursor_goes_on_where_a_page_ended(viewer: ApiClient) -> None:
    execution = an_execution()
    for _ in range(5):
        spend(execution, "2026-11-20T10:00")  # of one moment: their number decides
    spend(execution, "2026-11-19T10:00")
    seen, query = [], "?limit=2"
    while True:
        page = viewer.get(f"/costs{query}").json()
        assert page["count"] == 6
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query = f"?limit=2&cursor={page['next_cursor']}"
    assert seen == [*sorted(seen[:5], reverse=True), seen[5]]
    assert len(set(seen)) == 6
    assert [item["id"] for item in viewer.get("/costs?limit=2&offset=3").json()["items"]] == seen[3:5]


def test_a_cursor_holds_after_its_record_is_gone(viewer: ApiClient) -> None:
    a_small_ledger()
    cursor = viewer.get("/costs?limit=2").json()["next_cursor"]
    CostRecord.objects.filter(timestamp=datetime(2026, 11, 21, 23, 59, 59, 999_999, tzinfo=UTC)).delete()
    page = viewer.get(f"/costs?cursor={cursor}").json()
    assert page["items"][0]["timestamp"] == "2026-11-21T00:00:00Z"


GOOD = make_time_cursor(Place(datetime(2026, 11, 23, tzinfo=UTC), 7))


@pytest.mark.parametrize("cursor", ["", "x", "é" * 22, GOOD[:-1], GOOD + "A", "_" * 22, "A" * 21 + "B"])
def test_a_cursor_that_no_list_gave(viewer: ApiClient, cursor: str) -> None:
    response = viewer.get(f"/costs?cursor={cursor}")
    assert (response.status_code, fields_of(response)) == (422, ["cursor"])


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=501", "offset=-1", "offset=9223372036854775808", "unpriced=perhaps", "model=",
     "agent_type=a/b", "triggered_by=me", "date_from=2026-13-01", "date_to=today", "execution_id=1",
     "node_id=%00", "trigger_source=" + "x" * 101, "is_complete=2", "status=failed"],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(viewer: ApiClient, query: str) -> None:
    response = viewer.get(f"/costs?{query}")
    assert (response.status_code, fields_of(response)) == (422, [query.partition("=")[0]])


def test_the_count_never_reads_the_records(viewer: ApiClient) -> None:
    a_small_ledger()
    for query in ("", "?agent_type=disk-space&unpriced=false", "?date_from=2026-11-20&date_to=2026-11-21"):
        with CaptureQueriesContext(connection) as asked:
            viewer.get(f"/costs{query}")
        counting = [each["sql"] for each in asked if "COUNT(" in each["sql"] or "SUM(" in each["sql"]]
        assert counting
        assert not [statement for statement in counting if "costs_costrecord" in statement]
