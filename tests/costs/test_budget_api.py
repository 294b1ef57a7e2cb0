"""Budgets over the API: how they stand, how they change, and what is no budget."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from costs.models import Budget
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.costs.budgeting import MODEL, a_budget, a_run, reserve, spend

pytestmark = pytest.mark.django_db

BIG = 2**63


@pytest.fixture
def admin() -> ApiClient:
    return ApiClient(Role.ADMIN)


def created(admin: ApiClient, **fields: Any) -> Any:
    return admin.post("/costs/budgets", {"name": "b", "amount_usd": "3", **fields})


def test_one_is_made_changed_and_deleted(admin: ApiClient) -> None:
    response = created(admin)
    assert response.status_code == 201
    assert response.json()["period"] == "month"
    assert admin.call("PATCH", "/costs/budgets/b", {"max_turns": 5, "is_hard": False}).status_code == 200
    assert admin.call("PUT", "/costs/budgets/b", {"max_tokens": 7, "period": "day"}).status_code == 200
    shown = admin.get("/costs/budgets/b").json()
    assert (shown["amount_usd"], shown["max_turns"], shown["max_tokens"]) == (None, None, 7)
    assert shown["is_hard"]
    assert admin.call("DELETE", "/costs/budgets/b").status_code == 204
    assert admin.get("/costs/budgets/b").status_code == 404


def test_each_comes_with_its_state(admin: ApiClient) -> None:
    a_budget("b", max_runs=10, max_turns=4, amount_usd=Decimal(3))
    lease = a_run()
    spend(lease, 1)
    reserve(lease, "0.5")
    (item,) = admin.get("/costs/budgets").json()["items"]
    assert (item["spent_usd"], item["reserved_usd"], item["amount_usd"]) == ("1", "0.5", "3")
    assert (item["runs"], item["tokens"], item["turns"]) == (1, 2_000_000, 1)
    assert item["share"] == 0.3333
    assert not item["exhausted"]
    assert item["window_start"] < item["resets_at"]


def test_what_is_reserved_can_exhaust_it(admin: ApiClient) -> None:
    a_budget("b")
    reserve(a_run(), "3")
    item = admin.get("/costs/budgets/b").json()
    assert (item["exhausted"], item["share"]) == (True, 0)


def test_one_of_each_execution_has_no_state_of_its_own(admin: ApiClient) -> None:
    item = created(admin, period="execution").json()
    for name in ("window_start", "resets_at", "spent_usd", "reserved_usd", "runs", "share"):
        assert item[name] is None


def test_a_dated_model_is_known_by_its_name(admin: ApiClient) -> None:
    assert created(admin, scope="model", scope_value=f"{MODEL}-20260101").json()["scope_value"] == MODEL
    admin.call("PATCH", "/costs/budgets/b", {"scope_value": f"anthropic/{MODEL}"})
    assert Budget.objects.get().scope_value == MODEL


def test_an_agent_that_only_reports_needs_no_configuration(admin: ApiClient) -> None:
    assert created(admin, scope="agent", scope_value="reports-from-afar").status_code == 201


def test_a_list_of_many_asks_no_more_than_a_list_of_one(admin: ApiClient) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert admin.get("/costs/budgets").status_code == 200
        return len(asked)

    a_budget("b-0")
    queries()  # the first one also notes that the token was used
    few = queries()
    for number in range(1, 20):
        a_budget(f"b-{number}", period=("day", "week", "month")[number % 3])
    assert queries() == few


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"scope": "galaxy"}, "scope"),
        ({"scope": "agent"}, "scope_value"),
        ({"scope": "agent", "scope_value": " "}, "scope_value"),
        ({"scope_value": "disk-space"}, "scope_value"),
        ({"scope": "agent", "scope_value": "a\x00"}, "scope_value"),
        ({"scope": "node", "scope_value": "n" * 101}, "scope_value"),
        ({"period": "fortnight"}, "period"),
        ({"amount_usd": None}, "amount_usd"),
        ({"amount_usd": "0"}, "amount_usd"),
        ({"amount_usd": "-1"}, "amount_usd"),
        ({"amount_usd": 3}, "amount_usd"),
        ({"amount_usd": 0.1}, "amount_usd"),
        ({"amount_usd": "NaN"}, "amount_usd"),
        ({"amount_usd": "1e3"}, "amount_usd"),
        ({"amount_usd": "0.0000000000001"}, "amount_usd"),
        ({"amount_usd": "9999999"}, "amount_usd"),
        ({"max_runs": 0}, "max_runs"),
        ({"max_runs": -1}, "max_runs"),
        ({"max_runs": "7"}, "max_runs"),
        ({"max_runs": True}, "max_runs"),
        ({"max_tokens": BIG}, "max_tokens"),
        ({"max_turns": 1.5}, "max_turns"),
        ({"max_runs": 1, "scope": "model", "scope_value": MODEL}, "max_runs"),
        ({"max_runs": 1, "period": "execution"}, "max_runs"),
        ({"is_hard": "yes"}, "is_hard"),
        ({"enabled": None}, "enabled"),
        ({"name": "two words"}, "name"),
        ({"name": ""}, "name"),
        ({"spent_usd": "0"}, "spent_usd"),
    ],
)
def test_what_is_no_budget_is_named_and_not_stored(admin: ApiClient, fields: Any, named: str) -> None:
    response = created(admin, **fields)
    assert response.status_code == 422, response.content
    assert fields_of(response) == [named]
    assert not Budget.objects.exists()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"amount_usd": None}, "amount_usd"),
        ({"scope": "all", "scope_value": "x"}, "scope_value"),
        ({"scope": "agent"}, "scope_value"),
        ({"name": "other"}, "name"),
        ({"is_hard": None}, "is_hard"),
    ],
)
def test_a_change_that_would_leave_no_budget_is_refused(admin: ApiClient, fields: Any, named: str) -> None:
    created(admin)
    response = admin.call("PATCH", "/costs/budgets/b", fields)
    assert response.status_code == 422, response.content
    assert fields_of(response) == [named]
    assert Budget.objects.get().amount_usd == Decimal(3)


def test_a_name_is_given_once(admin: ApiClient) -> None:
    created(admin)
    response = created(admin)
    assert (response.status_code, fields_of(response)) == (409, ["name"])


def test_lists_are_filtered(admin: ApiClient) -> None:
    a_budget("b", enabled=False)
    a_budget("c", scope="agent", scope_value="x")
    assert admin.get("/costs/budgets?enabled=true").json()["count"] == 1
    assert admin.get("/costs/budgets?scope=agent").json()["items"][0]["name"] == "c"
    assert admin.get("/costs/budgets?scope=galaxy").status_code == 422
    assert admin.get("/costs/budgets?period=day").status_code == 422
