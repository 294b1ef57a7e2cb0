"""A request is sent if its dearest outcome fits under every hard budget that applies, and only then."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import Settings

from costs.budgets.errors import BudgetExceeded
from costs.budgets.reserving import release_reservation
from costs.models import Budget, Period, Reservation
from executions.errors import ExecutionEnded, ExecutionNotRunning, LeaseLost
from executions.services import Lease, give_up_lease
from tests.costs.budgeting import MODEL, a_budget, a_run, reserve, spend, usage_of

pytestmark = pytest.mark.django_db


def test_what_is_reserved_counts_until_it_is_released() -> None:
    budget = a_budget()
    first = reserve(a_run(), "2")
    assert usage_of(budget, timezone.now()).reserved_usd == Decimal(2)
    with pytest.raises(BudgetExceeded):
        reserve(a_run(), "1.000000000001")
    reserve(a_run(), "1")
    release_reservation(first)
    assert usage_of(budget, timezone.now()).reserved_usd == Decimal(1)
    reserve(a_run(), "2")


def test_a_refusal_says_all_that_one_needs_to_know(settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    a_budget("nightly", scope="agent", scope_value="disk-space", period="day")
    lease = a_run()
    spend(lease)
    reserve(lease, "0.5")
    with pytest.raises(BudgetExceeded) as refused:
        reserve(lease, "1.75")
    reset = timezone.localtime() + timedelta(days=1)
    assert refused.value.detail == (
        "The budget nightly (agent disk-space, each day) allows 3 USD: 1 USD are spent and 0.5 USD reserved;"
        " the next request could take up to 1.75 USD."
        f" It resets at {reset:%Y-%m-%d} 00:00 (Asia/Tokyo)."
    )
    assert (refused.value.status, refused.value.budget.name) == (409, "nightly")
    cap = refused.value.cap
    assert (cap.limit, cap.spent, cap.reserved) == (Decimal(3), Decimal(1), Decimal("0.5"))


@pytest.mark.parametrize(
    ("scope", "value", "applies"),
    [
        ("all", "", True),
        ("agent", "disk-space", True),
        ("agent", "other", False),
        ("node", "n1", True),
        ("node", "n2", False),
        ("schedule", "hourly", True),
        ("schedule", "daily", False),
        ("model", MODEL, True),
        ("model", "claude-opus-5-5", False),
    ],
)
@pytest.mark.parametrize("period", Period.values)
def test_a_budget_holds_in_its_scope(scope: str, value: str, applies: bool, period: str) -> None:
    a_budget(scope=scope, scope_value=value, period=period)
    lease = a_run(trigger_source="hourly")
    spend(lease, 2)
    if applies:
        with pytest.raises(BudgetExceeded, match="allows 3 USD: 2 USD are spent"):
            reserve(lease, "1.5")
    else:
        reserve(lease, "1.5")


@pytest.mark.parametrize("name", [f"{MODEL}-20260101", f"us.anthropic.{MODEL}", f"{MODEL}[1m]"])
def test_a_model_counts_however_it_is_spelled(name: str) -> None:
    a_budget(scope="model", scope_value=MODEL)
    lease = a_run()
    spend(lease, 1, model=name)
    reserve(lease, "1", model=name)
    with pytest.raises(BudgetExceeded, match="1 USD are spent and 1 USD reserved"):
        reserve(lease, "1.5", model=name)


def test_what_others_spend_does_not_count_in_a_scope() -> None:
    a_budget(scope="agent", scope_value="disk-space")
    spend(a_run("other"), 50)
    reserve(a_run("other"), "50")
    reserve(a_run(), "3")


@pytest.mark.parametrize(
    ("caps", "message"),
    [
        ({"max_tokens": 2_000_150}, "2,000,150 tokens: 2,000,000 tokens are spent and 100 tokens reserved"),
        ({"max_turns": 2}, "2 requests: 1 request is spent and 1 request reserved"),
    ],
)
@pytest.mark.parametrize("period", Period.values)
def test_tokens_and_turns_are_held_like_money(caps: dict[str, int], message: str, period: str) -> None:
    a_budget(period=period, **caps)
    lease = a_run()
    spend(lease)
    reserve(lease, tokens=100)
    with pytest.raises(BudgetExceeded, match=message):
        reserve(lease, tokens=100)
    assert Reservation.objects.count() == 1


def test_each_run_has_a_budget_of_its_own() -> None:
    a_budget(period="execution")
    one, other = a_run(), a_run()
    spend(one, 3)
    with pytest.raises(BudgetExceeded, match=r"Within this run it never resets\.$"):
        reserve(one, "0.000000000001")
    reserve(other, "3")


def test_a_limit_that_is_no_row_holds_too() -> None:
    cap = Budget(name="max_cost_per_execution", period=Period.EXECUTION, amount_usd=Decimal(1))
    lease = a_run()
    reserve(lease, "1", also=[cap])
    with pytest.raises(BudgetExceeded, match="max_cost_per_execution allows 1 USD: 0 USD are spent"):
        reserve(lease, "0.5", also=[cap])


def test_an_unpriced_model_is_refused_under_a_hard_limit_in_usd_only() -> None:
    lease = a_run()
    a_budget("soft", is_hard=False)
    a_budget("turns", max_turns=5)
    reserve(lease, None, model="my-own-model")
    a_budget("hard")
    with pytest.raises(BudgetExceeded) as refused:
        reserve(lease, None, model="my-own-model")
    assert "The budget hard (everything, each month) allows 3 USD: 0 USD are spent" in refused.value.detail
    assert "my-own-model has no known price" in refused.value.detail


@pytest.mark.parametrize("change", [{"is_hard": False}, {"enabled": False}])
def test_a_soft_or_disabled_budget_stops_nothing(change: dict[str, bool]) -> None:
    a_budget(**change)
    lease = a_run()
    spend(lease, 5)
    reserve(lease, "100")


def test_it_refuses_what_is_dear_and_lets_through_what_is_not() -> None:
    a_budget()
    lease = a_run()
    spend(lease, 2)
    with pytest.raises(BudgetExceeded):
        reserve(lease, "1.1")
    reserve(lease, "0.9")


def test_only_the_lease_in_force_may_reserve() -> None:
    lease = a_run()
    stranger = Lease(lease.execution_id, a_run().token)
    with pytest.raises(LeaseLost):
        reserve(stranger)
    lease.tracker().complete()
    with pytest.raises(ExecutionEnded):
        reserve(lease)
    assert not Reservation.objects.exists()


def test_a_run_that_was_taken_away_reserves_nothing() -> None:
    lease = a_run()
    give_up_lease(lease.execution_id, lease_token=lease.token, why="Lost.")
    with pytest.raises(ExecutionNotRunning):
        reserve(lease)
