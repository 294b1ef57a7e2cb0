"""The month is the sum of its days is the sum of its records, exactly, whatever was recorded when."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costs.breakdowns import Group, cost_breakdown
from costs.models import CostRecord, DailyCost, DailyTotal
from costs.months import month_at
from costs.services import record_cost
from costs.summaries import update_monthly_summary
from executions.services import changing_totals
from system.money import usd_of
from system.paging import Page
from tests.costs.ledger import HAIKU, OPUS, UNKNOWN, an_execution

pytestmark = pytest.mark.django_db

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
BEGIN = datetime(2026, 8, 30, tzinfo=UTC)
ZONES = st.sampled_from(["UTC", "Asia/Tokyo", "Pacific/Chatham", "America/New_York"])
SPENT = st.tuples(
    st.integers(0, 2),  # which execution
    st.sampled_from([HAIKU, OPUS, UNKNOWN]),
    st.timedeltas(timedelta(0), timedelta(days=65)),
    st.fixed_dictionaries(
        {name: st.integers(0, 10**7) for name in ("input_tokens", "output_tokens", "cache_read_input_tokens")}
    ),
)


def record_all(spent: list[Any]) -> None:
    executions = [an_execution(f"agent-{number}") for number in range(3)]
    for number, model, after, usage in spent:
        with changing_totals(executions[number].pk) as change:
            assert record_cost(change, model=model, usage=usage, at=BEGIN + after) is not None


def in_python(year: int, month: int) -> tuple[Decimal, int, int]:
    """Cost, tokens and executions of a month, from its records alone and without the database's sums."""
    records = CostRecord.objects.filter(year=year, month=month)
    cost = sum((record.total_cost_usd or Decimal(0) for record in records), Decimal(0))
    return cost, sum(record.tokens for record in records), sum(record.is_first for record in records)


def check_month(year: int, month: int) -> None:
    cost, tokens, executions = in_python(year, month)
    span = month_at(year, month)
    for model in (DailyCost, DailyTotal):
        days = model.objects.between(span.first_day, span.next_day)  # type: ignore[attr-defined]
        assert sum((row.cost_usd for row in days), Decimal(0)) == cost
        assert days.add_up("tokens_used", "executions") == {"tokens_used": tokens, "executions": executions}
    summary = update_monthly_summary(year, month)
    assert (summary.total_cost_usd, summary.total_tokens, summary.total_executions) == (
        cost, tokens, executions,
    )  # fmt: skip
    assert sum(map(Decimal, summary.cost_by_agent_type.values())) == cost
    last = span.next_day - timedelta(days=1)
    for group in Group:
        found = cost_breakdown(group, span=(span.first_day, last), wanted={}, page=Page())
        assert found["cost"] == sum((part["cost"] for part in found["items"]), Decimal(0)) == cost


@FEW
@given(ZONES, st.lists(SPENT, max_size=12))
def test_month_days_and_records_agree(zone: str, spent: list[Any]) -> None:
    with override_settings(TIME_ZONE=zone), transaction.atomic():
        record_all(spent)
        months = set(CostRecord.objects.values_list("year", "month"))
        for year, month in months | {(2026, 9)}:
            check_month(year, month)
        total = CostRecord.objects.aggregate(total=Sum("total_cost_usd"))["total"] or usd_of(0)
        assert DailyTotal.objects.all().add_up("cost_usd")["cost_usd"] == total
        assert DailyTotal.objects.all().add_up("executions")["executions"] == len({one[0] for one in spent})
        transaction.set_rollback(True)
