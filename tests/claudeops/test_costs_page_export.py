"""What the page about money shows is there as files, exactly."""

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from claudeops.costs_page.export import TABLES
from costs.models import CostRecord
from system.roles import Role
from tests.console import everything, signed_in
from tests.costs.ledger import HAIKU, OPUS, UNKNOWN, an_execution, spend

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> Client:
    now = timezone.now()
    run = an_execution()
    spend(run, now)
    spend(run, now, OPUS)
    spend(run, now, UNKNOWN)
    spend(an_execution("log-analyzer"), now - timedelta(days=3), OPUS)
    return signed_in(Role.VIEWER)


def rows(client: Client, table: str, query: str = "range=7d") -> list[dict[str, str]]:
    response = client.get(f"/costs/overview/{table}.csv?{query}")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def document(client: Client, query: str = "range=7d") -> dict[str, Any]:
    response = client.get(f"/costs/overview/all.json?{query}")
    assert response.status_code == 200
    found: dict[str, Any] = json.loads(response.content)
    return found


def spent() -> Decimal:
    return sum((record.total_cost_usd or Decimal(0) for record in CostRecord.objects.all()), Decimal(0))


@pytest.mark.parametrize("table", ["days", "agent", "model", "node", "schedule", "trigger"])
def test_a_table_adds_up_to_what_was_spent(viewer: Client, table: str) -> None:
    found = rows(viewer, table)
    assert sum(Decimal(row["cost_usd"]) for row in found) == spent()
    assert [dict(row) for row in found] == [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in document(viewer)[table]
    ]


def test_the_links_of_the_page_keep_what_is_chosen(viewer: Client) -> None:
    page = viewer.get(f"/costs/overview/?range=7d&model={OPUS}").content.decode()
    for link in (f"agent.csv?range=7d&amp;model={OPUS}", f"all.json?range=7d&amp;model={OPUS}"):
        assert f'href="/costs/overview/{link}"' in page, link
    assert [row["model"] for row in rows(viewer, "model", f"range=7d&model={OPUS}")] == [OPUS]


def test_all_of_it_is_one_document(viewer: Client) -> None:
    found = document(viewer)
    assert found.keys() == {"from", "to", "before", "only", "total", "total_before", *TABLES}
    assert Decimal(found["total"]["cost_usd"]) == spent()
    assert [row["model"] for row in found["unpriced"]] == [UNKNOWN]
    assert {row["model"] for row in found["model"]} == {HAIKU, OPUS, UNKNOWN}
    assert Decimal(found["dearest"][0]["cost_usd"]) > Decimal(found["dearest"][1]["cost_usd"])


def test_a_name_that_would_be_a_formula_is_none(viewer: Client) -> None:
    spend(an_execution(), timezone.now(), "=cmd|'/c calc'!A1")
    response = viewer.get("/costs/overview/days.csv?range=7d&by=model").content.decode()
    response += viewer.get("/costs/overview/model.csv?range=7d").content.decode()
    assert "'=cmd" in response
    assert ",=cmd" not in response
    assert "\n=cmd" not in response


def test_nothing_is_an_empty_file(viewer: Client) -> None:
    assert rows(viewer, "agent", "from=2020-01-01&to=2020-01-02") == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("moon.csv", 404),
        ("all.csv", 404),
        ("agent.xml", 404),
        ("agent.csv?from=x", 422),
        ("all.json?range=x", 422),
    ],
)
def test_what_there_is_not_is_refused(viewer: Client, path: str, status: int) -> None:
    assert viewer.get(f"/costs/overview/{path}").status_code == status


def test_every_table_is_there_in_both_forms() -> None:
    everything()
    client = signed_in(Role.VIEWER)
    for table in TABLES:
        for form in ("csv", "json"):
            assert client.get(f"/costs/overview/{table}.{form}").status_code == 200, table
