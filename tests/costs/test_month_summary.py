"""A month as one row (row 34): totals, averages, what each agent cost; written anew, never twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from costs.models import DailyCost, MonthlyCostSummary
from costs.summaries import update_monthly_summary
from system.errors import Invalid
from tests.costs.ledger import OPUS, UNKNOWN, an_execution, spend
from tests.faults.home import Home

THREADS = 6


def spent(agent: str, cost: str, day: date = date(2026, 3, 10), **more: Any) -> None:
    counts = {"executions": 1, "tokens_used": 100, "records": 1} | more
    DailyCost.objects.create(day=day, agent_type=agent, model_used="m", node_id="n", cost_usd=cost, **counts)


@pytest.mark.django_db
def test_totals_averages_and_agents() -> None:
    spent("disk", "1")
    spent("log", "2.000000000001", executions=2, tokens_used=5)
    spent("", "0.5", executions=0)
    spent("unknown", "0.25", executions=0)
    spent("disk", "100", day=date(2026, 2, 28))
    spent("disk", "100", day=date(2026, 4, 1))
    row = update_monthly_summary(2026, 3)
    row.refresh_from_db()
    assert (row.total_cost_usd, row.total_executions) == (Decimal("3.750000000001"), 3)
    assert row.avg_cost_per_execution == Decimal("1.25")
    assert (row.total_tokens, row.avg_tokens_per_execution) == (305, 305 / 3)
    assert row.cost_by_agent_type == {"unknown": "0.75", "disk": "1", "log": "2.000000000001"}


@pytest.mark.django_db
def test_an_execution_counts_once_however_many_records_it_has() -> None:
    one, other = an_execution(), an_execution()
    records = [spend(one, f"2026-09-{day}T10:00", model) for day, model in ((29, OPUS), (30, UNKNOWN))]
    spend(one, "2026-10-01T10:00")
    records.append(spend(other, "2026-09-30T10:00"))
    row = update_monthly_summary(2026, 9)
    assert row.total_executions == 2
    assert row.total_cost_usd == sum(record.total_cost_usd or 0 for record in records)
    assert (
        update_monthly_summary(2026, 10).total_executions == 0
    )  # it is counted in the month it began to cost


@pytest.mark.django_db
def test_the_average_is_rounded_to_twelve_places() -> None:
    spent("disk", "2", executions=3)
    assert update_monthly_summary(2026, 3).avg_cost_per_execution == Decimal("0.666666666667")


@pytest.mark.django_db
def test_again_it_is_written_anew() -> None:
    spent("disk", "1")
    first = update_monthly_summary(2026, 3)
    DailyCost.objects.all().delete()
    again = update_monthly_summary(2026, 3)
    assert (again.pk, again.total_cost_usd, again.cost_by_agent_type) == (first.pk, Decimal(0), {})
    assert again.last_updated > first.last_updated
    assert MonthlyCostSummary.objects.count() == 1


@pytest.mark.django_db
def test_a_month_that_has_not_begun_is_refused() -> None:
    tomorrow_month = (timezone.localdate().replace(day=1) + timedelta(days=31)).replace(day=1)
    with pytest.raises(Invalid, match="has not begun yet"):
        update_monthly_summary(tomorrow_month.year, tomorrow_month.month)
    assert not MonthlyCostSummary.objects.exists()


def test_at_once_by_many_it_is_one_row_with_all_that_was_recorded(any_home: Home) -> None:
    executions = [an_execution(f"agent-{number}") for number in range(THREADS)]
    together = Barrier(THREADS)

    def record_and_sum_up(number: int) -> None:
        together.wait(30)
        try:
            seen = Decimal(0)
            for day in range(1, 11):
                spend(executions[number], f"2026-09-{day:02}T10:00")
                update_monthly_summary(2026, 9)
                stored = MonthlyCostSummary.objects.get().total_cost_usd
                assert stored >= seen, "older sums were written over newer ones"
                seen = stored
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(record_and_sum_up, range(THREADS)))
    row = MonthlyCostSummary.objects.get()
    days = DailyCost.objects.all().add_up("cost_usd", "tokens_used")
    assert (row.total_cost_usd, row.total_tokens) == (days["cost_usd"], days["tokens_used"])
    assert row.total_executions == THREADS
    assert len(row.cost_by_agent_type) == THREADS
