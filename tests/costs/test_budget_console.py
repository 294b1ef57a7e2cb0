"""Budgets in the console: a bar for each, and the same rules as the API's."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from costs.models import Budget, Reservation
from system.roles import Role
from tests.console import console_url, signed_in
from tests.costs.budgeting import MODEL, a_budget, a_run, reserve, spend

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def form(**changes: Any) -> dict[str, str]:
    return {
        "name": "b", "scope": "all", "scope_value": "", "period": "month", "amount_usd": "0.00000001",
        "max_runs": "", "max_tokens": "", "max_turns": "", "is_hard": "on", "enabled": "on", **changes,
    }  # fmt: skip


def page(client: Client) -> str:
    return client.get(console_url(Budget, "changelist")).content.decode()


def test_the_list_shows_how_far_each_is_used_up(admin: Client) -> None:
    a_budget("b")
    a_budget("each", period="execution")
    spend(a_run(), 2)
    shown = page(admin)
    assert "66.7 %" in shown
    assert "width: 66.7%" in shown
    assert "Each run has its own" in shown
    assert "Open" in shown
    spend(a_run(), 1)
    assert "Used up" in page(admin)


def test_many_cost_no_more_queries_than_one(admin: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(admin)
        return len(asked)

    a_budget("b-0")
    page(admin)
    few = queries()
    for number in range(1, 20):
        a_budget(f"b-{number}", period="week")
    assert queries() == few


def test_one_is_added_and_its_amount_comes_back_without_an_exponent(admin: Client) -> None:
    response = admin.post(console_url(Budget, "add"), form(scope="model", scope_value=f"{MODEL}-20260101"))
    assert response.status_code == 302, response.content
    budget = Budget.objects.get()
    assert (budget.amount_usd, budget.scope_value) == (Decimal("0.00000001"), MODEL)
    assert 'value="0.00000001"' in admin.get(console_url(Budget, "change", budget.pk)).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_usd": ""}, "amount_usd"),
        ({"amount_usd": "0"}, "amount_usd"),
        ({"amount_usd": "-3"}, "amount_usd"),
        ({"amount_usd": "9999999"}, "amount_usd"),
        ({"amount_usd": "1e30"}, "amount_usd"),
        ({"amount_usd": "NaN"}, "amount_usd"),
        ({"scope": "agent"}, "scope_value"),
        ({"scope_value": "x"}, "scope_value"),
        ({"scope": "model", "scope_value": MODEL, "max_runs": "3"}, "max_runs"),
        ({"period": "execution", "max_runs": "3"}, "max_runs"),
        ({"max_turns": "0"}, "max_turns"),
        ({"max_tokens": str(2**63)}, "max_tokens"),
        ({"period": "fortnight"}, "period"),
        ({"name": "two words"}, "name"),
    ],
)
def test_what_is_no_budget_is_said_at_its_field(admin: Client, changes: Any, field: str) -> None:
    response = admin.post(console_url(Budget, "add"), form(**changes))
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    assert not Budget.objects.exists()


def test_reservations_can_be_looked_at(admin: Client) -> None:
    reserve(a_run(), "1.25")
    assert "$1.25" in admin.get(console_url(Reservation, "changelist")).content.decode()
