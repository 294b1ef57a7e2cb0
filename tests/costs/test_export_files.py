"""Exports as files: what a spreadsheet and a program find in them."""

import csv
import json
from io import StringIO
from typing import Any

import pytest

from costs.models import CostRecord
from costs.services import record_cost
from executions.services import changing_totals, create_execution
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.costs.ledger import HAIKU, OPUS, UNKNOWN, a_small_ledger, an_execution, at, spend

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def body(viewer: ApiClient, path: str) -> str:
    response = viewer.get(f"/costs/{path}")
    assert response.status_code == 200, response.content
    assert response.streaming
    return bytes(b"".join(response.streaming_content)).decode()


def cells(viewer: ApiClient, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(body(viewer, f"export.csv{query}"), newline="")))


def objects(viewer: ApiClient, query: str = "") -> list[dict[str, Any]]:
    """`splitlines` would also split at U+2028, which JSON leaves as it is."""
    return [json.loads(line) for line in body(viewer, f"export.jsonl{query}").split("\n")[:-1]]


def _as_cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def test_json_lines_are_the_items_of_the_list_the_oldest_first(viewer: ApiClient) -> None:
    a_small_ledger()
    assert objects(viewer) == viewer.get("/costs").json()["items"][::-1]


def test_csv_holds_the_same_exactly(viewer: ApiClient) -> None:
    a_small_ledger()
    expected = [{name: _as_cell(value) for name, value in item.items()} for item in objects(viewer)]
    assert cells(viewer) == expected
    unpriced = [row for row in cells(viewer) if row["model_used"] == UNKNOWN]
    assert [row["total_cost_usd"] for row in unpriced] == [""]


def test_csv_is_rfc_4180_with_a_header_also_without_rows(viewer: ApiClient) -> None:
    text = body(viewer, "export.csv")
    assert text.startswith("id,timestamp,agent_type,")
    assert text.endswith("\r\n")
    assert text.count("\n") == 1
    assert body(viewer, "export.jsonl") == ""


def test_headers_name_the_file(viewer: ApiClient) -> None:
    response = viewer.get("/costs/export.csv?kind=days")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["Content-Disposition"] == 'attachment; filename="costs-days.csv"'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_a_text_that_looks_like_a_formula_is_made_harmless(viewer: ApiClient, start: str) -> None:
    evil = f'{start}HYPERLINK("http://x","a"),1'
    execution = create_execution(agent_type=evil, node_id=evil, trigger_source=evil)[0]
    with changing_totals(execution.pk) as change:
        record_cost(change, model=evil, usage={"input_tokens": 1}, request_id=evil, at=at("2026-11-20"))
    row = cells(viewer)[0]
    for name in ("agent_type", "node_id", "trigger_source", "model_used", "request_id"):
        assert row[name] == f"'{evil}"
    assert objects(viewer)[0]["model_used"] == evil
    assert cells(viewer, "?kind=days")[0]["agent_type"] == f"'{evil}"


def test_a_number_below_zero_stays_one(viewer: ApiClient) -> None:
    usage = {"input_tokens": 1, "cache_creation_input_tokens": 1_000_000}
    spend(an_execution(), "2026-11-20T10:00", HAIKU, usage)
    for kind in ("records", "days", "months"):
        saved = cells(viewer, f"?kind={kind}")[0]["cache_saved_usd"]
        assert saved.startswith("-0.")
        assert float(saved) < 0


def test_texts_with_quotes_commas_and_line_breaks_come_back_whole(viewer: ApiClient) -> None:
    odd = 'a "b", c\r\nd; é 漢\u2028'
    execution = create_execution(agent_type="odd", node_id=odd)[0]
    spend(execution, "2026-11-20T10:00")
    assert cells(viewer)[0]["node_id"] == odd
    assert objects(viewer)[0]["node_id"] == odd


def test_the_filters_of_the_list_hold(viewer: ApiClient) -> None:
    first, _ = a_small_ledger()
    for query in (
        f"model={OPUS}", "agent_type=disk-space", "unpriced=true", "unpriced=false", "is_complete=false",
        f"execution_id={first.uid}", "node_id=attic", "triggered_by=webhook", "trigger_source=nightly",
        "date_from=2026-11-21", "date_from=2026-11-20T11:00:00Z&date_to=2026-11-21T23:59:59.999999Z",
    ):  # fmt: skip
        listed = viewer.get(f"/costs?{query}").json()["items"][::-1]
        assert objects(viewer, f"?{query}") == listed, query


def test_more_than_a_page_of_one_moment_comes_once_each_and_in_order(viewer: ApiClient) -> None:
    execution = an_execution()
    spend(execution, "2026-11-20T10:00")
    first = CostRecord.objects.values().get()
    copies = [CostRecord(**first | {"id": None, "is_first": False}) for _ in range(2300)]
    CostRecord.objects.bulk_create(copies)
    spend(execution, "2026-11-20T09:00")
    found = [row["id"] for row in objects(viewer)]
    assert len(found) == 2302
    assert found[1:] == sorted(found[1:])
    assert found[0] == max(found)


@pytest.mark.parametrize("query", ["kind=years", "limit=5", "cursor=x", "date_to=soon", "format=csv"])
@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_what_makes_no_sense_is_refused_before_the_first_byte(
    viewer: ApiClient, name: str, query: str
) -> None:
    response = viewer.get(f"/costs/export.{name}?{query}")
    assert (response.status_code, fields_of(response)) == (422, [query.partition("=")[0]])


def test_nobody_unknown_exports() -> None:
    assert ApiClient(None).get("/costs/export.csv").status_code == 401
