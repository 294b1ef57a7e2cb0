"""The audit as the API gives it, and as the console shows it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from system.audit import record
from system.audit_schemas import AuditList
from system.models import AuditEntry
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.console import EVIL, console_url, signed_in
from tests.system.audit_log import some_entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> ApiClient:
    client = ApiClient(Role.ADMIN)  # a token.create, the first entry
    some_entries(3)
    with transaction.atomic():
        record("budget.change", "month", {"amount_usd": {"before": "1", "after": "2"}}, actor="ann")
    return client


def items(client: ApiClient, query: str = "") -> list[dict[str, Any]]:
    response = client.get(f"/system/audit{query}")
    assert response.status_code == 200, response.content
    return list(AuditList.model_validate_json(response.content).model_dump()["items"])


def test_the_newest_comes_first_with_what_changed(admin: ApiClient) -> None:
    found = items(admin)
    assert [item["id"] for item in found] == [5, 4, 3, 2, 1]
    first = found[0]
    assert (first["actor"], first["action"], first["target"], first["door"]) == (
        "ann", "budget.change", "month", "house",
    )  # fmt: skip
    assert first["changes"] == {"amount_usd": {"before": "1", "after": "2"}}
    assert first["digest"] == AuditEntry.objects.get(pk=5).digest


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("?actor=ann", [5]),
        ("?action=agent.change", [4, 3, 2]),
        ("?target=agent-2", [3]),
        ("?door=api", []),
        ("?door=house&limit=2", [5, 4]),
        ("?limit=2&offset=1", [4, 3]),
        ("?action=agent.change&target=agent-3", [4]),
    ],
)
def test_filters(admin: ApiClient, query: str, ids: list[int]) -> None:
    assert [item["id"] for item in items(admin, query)] == ids


def test_from_and_to(admin: ApiClient) -> None:
    hour_ago = (timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(items(admin, f"?date_from={hour_ago}")) == 5
    assert items(admin, f"?date_to={hour_ago}") == []


def test_a_cursor_goes_on_where_the_page_ended(admin: ApiClient) -> None:
    page = admin.get("/system/audit?limit=3").json()
    assert (len(page["items"]), page["count"]) == (3, 5)
    some_entries(2)  # what is new is not among what follows
    rest = admin.get(f"/system/audit?limit=3&cursor={page['next_cursor']}").json()
    assert ([item["id"] for item in rest["items"]], rest["next_cursor"]) == ([2, 1], None)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?door=window", "door"),
        ("?action=x", "action"),
        ("?cursor=x", "cursor"),
        ("?limit=501", "limit"),
        ("?x=1", "x"),
    ],
)
def test_what_is_no_filter_is_refused(admin: ApiClient, query: str, field: str) -> None:
    response = admin.get(f"/system/audit{query}")
    assert (response.status_code, fields_of(response)) == (422, [field])


def test_it_is_read_by_admins_and_changed_by_nobody(admin: ApiClient) -> None:
    for role in (Role.VIEWER, Role.OPERATOR):
        assert ApiClient(role).get("/system/audit").status_code == 403
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert admin.call(method, "/system/audit").status_code == 405


def test_the_console_finds_entries_by_whole_words(admin: ApiClient) -> None:
    browser = signed_in(Role.ADMIN)
    url = console_url(AuditEntry, "changelist")
    page = browser.get(url, {"q": "budget.change"}).content.decode()
    assert "month" in page
    assert "agent-1" not in page
    assert "agent-2" in browser.get(url, {"q": " agent-2 "}).content.decode()
    assert browser.get(url, {"door__exact": "house"}).status_code == 200


def test_what_it_holds_is_only_text(admin: ApiClient) -> None:
    with transaction.atomic():
        record("agent.change", EVIL, {EVIL: {"before": EVIL, "after": [EVIL]}}, actor=EVIL)
    page = signed_in(Role.ADMIN).get(console_url(AuditEntry, "change", 6)).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_page_of_it_costs_the_same_however_many_there_are(
    admin: ApiClient, django_assert_num_queries: Any
) -> None:
    admin.get("/system/audit")
    with django_assert_num_queries(2):
        admin.get("/system/audit?limit=2")
    some_entries(100)
    with django_assert_num_queries(2):
        admin.get("/system/audit?limit=100")
