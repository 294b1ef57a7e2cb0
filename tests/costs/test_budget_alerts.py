"""Half, nearly and wholly used up: each said once per window, by severity, for soft and hard alike."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from costs.budgets.alerts import check_budget_alerts
from costs.price_book import current_prices
from costs.services import insert_record, make_record
from system.models import Alert
from tests.costs.budgeting import MODEL, a_budget, a_run, spend

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def keys() -> list[str]:
    return list(Alert.objects.order_by("id").values_list("key", flat=True))


def after_spending(dollars: int, at: datetime = NOW) -> list[str]:
    spend(a_run(), dollars, at=at)
    check_budget_alerts(at)
    return keys()


@pytest.mark.parametrize("is_hard", [True, False])
def test_each_threshold_is_said_once(is_hard: bool) -> None:
    a_budget("ten", amount_usd=Decimal(10), is_hard=is_hard)
    assert after_spending(4) == []
    assert after_spending(1) == ["budget:ten:2026-11-01:50"]
    assert after_spending(2) == ["budget:ten:2026-11-01:50"]
    assert after_spending(1)[1:] == ["budget:ten:2026-11-01:80"]
    assert after_spending(2)[2:] == ["budget:ten:2026-11-01:100"]
    assert len(after_spending(5)) == 3
    assert list(Alert.objects.order_by("id").values_list("severity", flat=True)) == [
        "info", "warning", "critical",
    ]  # fmt: skip
    assert set(Alert.objects.values_list("kind", flat=True)) == {"budget"}


def test_they_are_said_anew_in_the_next_window() -> None:
    a_budget("ten", amount_usd=Decimal(10), period="day")
    assert after_spending(6) == ["budget:ten:2026-11-23:50"]
    assert after_spending(1, NOW + timedelta(days=1)) == ["budget:ten:2026-11-23:50"]
    assert after_spending(5, NOW + timedelta(days=1))[1:] == ["budget:ten:2026-11-24:50"]


def test_the_cap_that_is_nearest_counts() -> None:
    a_budget("both", amount_usd=Decimal(100), max_turns=2)
    assert after_spending(1) == ["budget:both:2026-11-01:50"]
    alert = Alert.objects.get()
    assert "has used up 1 request of 2 requests. It resets at 2026-12-01 00:00 (UTC)." in alert.detail
    assert alert.data["cap"] == "max_turns"


def test_a_run_has_alerts_of_its_own() -> None:
    a_budget("each", amount_usd=Decimal(2), period="execution")
    one, other = a_run(), a_run()
    spend(one, at=NOW)
    spend(other, 2, at=NOW)
    assert check_budget_alerts(NOW, execution_id=one.execution_id) == 1
    assert keys() == [f"budget:each:execution-{one.execution_id}:50"]
    assert check_budget_alerts(NOW) == 3
    assert check_budget_alerts(NOW) == 0


def test_a_run_that_has_ended_long_ago_is_not_looked_at() -> None:
    a_budget("each", amount_usd=Decimal(1), period="execution")
    lease = a_run()
    spend(lease, 2, at=NOW)
    lease.tracker().complete()
    assert check_budget_alerts(NOW + timedelta(hours=1)) == 0
    assert check_budget_alerts(NOW + timedelta(minutes=1)) == 3


def test_a_disabled_budget_says_nothing() -> None:
    a_budget("off", amount_usd=Decimal(1), enabled=False)
    assert after_spending(5) == []


def test_what_no_execution_spent_counts_as_well() -> None:
    """A person's own use, imported: it has no run that a budget of each execution could be of."""
    a_budget("each", amount_usd=Decimal(1), period="execution")
    a_budget("ten", amount_usd=Decimal(10))
    usage = {"input_tokens": 0, "output_tokens": 12_000_000}
    insert_record(make_record(MODEL, usage, NOW, current_prices()))
    assert check_budget_alerts(NOW) == 1
    assert keys() == ["budget:ten:2026-11-01:50"]
