"""Findings over the API: filtered, paged at one price, and decided."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import Finding
from agents.outcomes import follow_outcomes
from executions.models import Execution
from system.roles import Role
from tests.agents.finding_runs import DISK, found, run, the_finding
from tests.api_clients import ApiClient, fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db: None) -> ApiClient:
    follow_outcomes()
    return ApiClient(Role.OPERATOR)


def titles(operator: ApiClient, query: str = "") -> list[str]:
    response = operator.get(f"/findings{query}")
    assert response.status_code == 200, response.content
    body = response.json()
    assert body["count"] >= len(body["items"])
    return [item["title"] for item in body["items"]]


def test_one_whole(operator: ApiClient) -> None:
    first = run(DISK)
    last = run("Disk / at 97 %")
    body = operator.get(f"/findings/{the_finding().pk}").json()
    days = body.pop("days")
    assert len(days) == 30
    assert sum(day["count"] for day in days) == 2
    assert body == {
        "id": the_finding().pk,
        "agent_type": "disk",
        "node_id": "nas",
        "title": "Disk / at 97 %",
        "severity": "warning",
        "evidence": "what shows Disk / at 97 %",
        "recommendation": "act",
        "command": "df -h",
        "state": "open",
        "state_since": _utc(first.completed_at),
        "state_by": "",
        "state_why": "",
        "snoozed_until": None,
        "note": "",
        "first_seen": _utc(first.completed_at),
        "last_seen": _utc(last.completed_at),
        "count": 2,
        "regressions": 0,
        "back_at": None,
        "trend": "new",
        "first_execution_id": str(first.uid),
        "last_execution_id": str(last.uid),
    }


def _utc(at: datetime | None) -> str:
    assert at is not None
    return at.isoformat().replace("+00:00", "Z")


def test_the_list_is_filtered(operator: ApiClient) -> None:
    run(DISK, found("Memory at 99 %", "critical"))
    run("Zombies", node="pi")
    run("Disk is slow", agent="health")
    run(agent="health")
    assert titles(operator) == ["Disk is slow", "Zombies", "Disk / at 96 %", "Memory at 99 %"]
    assert titles(operator, "?state=resolved") == ["Disk is slow"]
    assert titles(operator, "?state=active&node_id=nas") == ["Disk / at 96 %", "Memory at 99 %"]
    assert titles(operator, "?severity=critical") == ["Memory at 99 %"]
    assert titles(operator, "?agent_type=health") == ["Disk is slow"]
    Finding.objects.filter(title="Zombies").update(
        first_seen=timezone.now() - timedelta(days=9), last_seen=timezone.now() - timedelta(days=5)
    )
    day = timezone.localdate() - timedelta(days=5)
    assert titles(operator, f"?date_from={day}&date_to={day}") == ["Zombies"]
    assert titles(operator, f"?date_from={day + timedelta(days=1)}&state=open&node_id=pi") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [("state=gone", "state"), ("severity=x", "severity"), ("cursor=x", "cursor"), ("day=1", "day")],
)
def test_what_is_no_filter(operator: ApiClient, query: str, field: str) -> None:
    response = operator.get(f"/findings?{query}")
    assert (response.status_code, fields_of(response)) == (422, [field])


def test_pages(operator: ApiClient) -> None:
    run(*(f"Unit u{number} has failed" for number in range(5)))
    all_of_them = titles(operator)
    assert titles(operator, "?limit=2&offset=2") == all_of_them[2:4]
    got, cursor = [], None
    while True:
        query = "limit=2" + (f"&cursor={cursor}" if cursor else "")
        body = operator.get(f"/findings?{query}").json()
        got += [item["title"] for item in body["items"]]
        if (cursor := body["next_cursor"]) is None:
            break
    assert got == all_of_them


def test_what_is_decided(operator: ApiClient) -> None:
    run(DISK)
    path = f"/findings/{the_finding().pk}"
    body = operator.post(f"{path}/acknowledge", {"note": "ordered"}).json()
    assert (body["state"], body["state_by"], body["note"]) == (
        "acknowledged",
        "operator of the test",
        "ordered",
    )
    again = operator.post(f"{path}/acknowledge")
    assert (again.status_code, again.json()["title"]) == (409, "Conflict")
    assert "by operator of the test" in again.json()["detail"]
    body = operator.post(f"{path}/snooze", {"hours": 8}).json()
    ends = datetime.fromisoformat(body["snoozed_until"])
    assert abs(ends - timezone.now() - timedelta(hours=8)) < timedelta(minutes=1)
    body = operator.post(f"{path}/snooze", {"until": "2999-01-01T00:00:00Z"})
    assert (body.status_code, fields_of(body)) == (422, ["until"])
    for nonsense in ({}, {"hours": 1, "until": "2026-12-24T00:00:00Z"}):
        refused = operator.post(f"{path}/snooze", nonsense)
        assert (refused.status_code, fields_of(refused)) == (422, ["hours"])
    assert operator.post(f"{path}/resolve").json()["state"] == "resolved"
    assert operator.get(path).json()["trend"] == "gone"
    assert operator.post(f"{path}/reopen").json()["state"] == "open"


@pytest.mark.parametrize("verb", ["acknowledge", "snooze", "resolve", "reopen"])
def test_what_is_not_there(operator: ApiClient, verb: str) -> None:
    response = operator.post(f"/findings/1/{verb}", {"hours": 1} if verb == "snooze" else None)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert operator.get("/findings/1").status_code == 404


def test_the_names_of_deleted_executions_are_null(operator: ApiClient) -> None:
    run(DISK)
    Execution.objects.all().delete()
    body = operator.get(f"/findings/{the_finding().pk}").json()
    assert (body["first_execution_id"], body["last_execution_id"]) == (None, None)


def many(times: int) -> None:
    """Twenty findings, and so often the same again under other numbers: of twenty one is open."""
    now = timezone.now()
    Finding.objects.bulk_create(
        Finding(
            fingerprint=f"{index}", agent_type=f"agent-{index % 40}", node_id=f"node-{index % 7}", about="x",
            title=f"Thing {index}", severity=("info", "warning", "critical")[index % 3], evidence="e" * 300,
            first_seen=now, last_seen=now, state="resolved" if index % 20 else "open",
        )
        for index in range(20)
    )  # fmt: skip
    columns = [
        field.column for field in Finding._meta.concrete_fields if field.column not in ("id", "fingerprint")
    ]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE times(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM times WHERE n < %s)"
            f" INSERT INTO agents_finding (fingerprint, {names})"
            f" SELECT fingerprint || '-' || n, {names} FROM times, agents_finding",
            [times],
        )


QUERIES = ["", "?state=active", "?state=open&severity=critical", "?agent_type=agent-3", "?node_id=node-1"]


def test_a_hundred_thousand_cost_what_a_few_do(operator: ApiClient) -> None:
    """As many queries; and of what is resolved no row is read for what is not, nor when a run ends."""
    many(1)
    few = [len(asked(operator, query)) for query in QUERIES]
    Finding.objects.all().delete()
    many(5000)
    assert Finding.objects.count() == 100_020
    assert [len(asked(operator, query)) for query in QUERIES] == few == [2] * len(QUERIES)
    run(DISK)
    active = Finding.objects.active()
    for rows, index in (
        (active.order_by("-id")[:51], "finding_state (state=?)"),
        (active.gravest_first()[:8], "finding_state (state=?)"),
        (
            active.filter(agent_type__in=["disk"], node_id__in=["nas"]),
            "finding_place (agent_type=? AND node_id=? AND state=?)",
        ),
    ):
        assert f"SEARCH agents_finding USING INDEX {index}" in rows.explain()


def asked(operator: ApiClient, query: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert operator.get(f"/findings{query}").status_code == 200
    return [each["sql"] for each in queries if "agents_finding" in each["sql"]]


def test_viewers_read_and_do_not_decide(operator: ApiClient) -> None:
    run(DISK)
    assert Group.objects.filter(name="viewer").exists()
    viewer = ApiClient(Role.VIEWER)
    assert viewer.get(f"/findings/{the_finding().pk}").status_code == 200
    refused: Any = viewer.post(f"/findings/{the_finding().pk}/resolve")
    assert refused.status_code == 403
    assert the_finding().state == "open"
