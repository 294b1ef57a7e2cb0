"""The month by forecast: spent so far, schedules by the median of their runs, the rest by its daily mean."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from costs.forecast import Part, Planned, forecast_month
from executions.models import Execution, Status
from tests.costs.past_runs import a_run

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 16, tzinfo=UTC)  # half of June is over
NIGHTLY = Planned("nightly", "Nightly", "backup", 10)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def of_schedule(plan: Planned = NIGHTLY) -> Part:
    return forecast_month(NOW, [plan]).parts[0]


def the_rest(now: datetime = NOW) -> Part:
    return forecast_month(now, []).parts[-1]


def test_a_new_installation_comes_to_nothing() -> None:
    found = forecast_month(NOW, [NIGHTLY])
    assert (found.spent, found.low, found.total, found.high) == (0, 0, 0, 0)
    assert [part.basis for part in found.parts] == ["nothing", "nothing"]


def test_the_parts_add_up_to_the_total() -> None:
    for number in range(1, 11):
        a_run("backup", days_ago(number), "0.25", source="nightly")
        a_run("chat", days_ago(number), "0.1")
    found = forecast_month(NOW, [NIGHTLY])
    assert found.spent == Decimal("3.5")
    assert [part.amount for part in found.parts] == [Decimal("2.5"), Decimal("1.5")]  # 10 × 0.25, 15 × 0.1
    assert (found.low, found.total, found.high) == (Decimal("7.5"),) * 3


def test_a_schedule_by_the_median_of_its_last_twenty() -> None:
    for number in range(20):
        a_run("backup", days_ago(1 + number / 10), "9" if number % 7 == 0 else "0.2", source="nightly")
    a_run("backup", days_ago(20), "100", source="nightly")
    part = of_schedule()
    assert (part.basis, part.spread.count, part.each) == ("schedule", 20, Decimal("0.2"))
    assert part.amount == 2


def test_the_range_is_that_of_the_quartiles_and_holds_the_mean() -> None:
    for cost in ("1", "2", "3", "4", "20"):
        a_run("backup", days_ago(1), cost, source="nightly")
    part = of_schedule()
    assert (part.spread.lower, part.each, part.spread.upper) == (2, 3, 4)
    assert (part.low, part.amount, part.high) == (20, 30, 60)  # 60: the mean is 6


def test_of_few_runs_the_range_is_the_least_and_the_most() -> None:
    a_run("backup", days_ago(1), "1", source="nightly")
    assert (of_schedule().low, of_schedule().high) == (10, 10)
    a_run("backup", days_ago(2), "4", source="nightly")
    assert (of_schedule().low, of_schedule().amount, of_schedule().high) == (10, 25, 40)


def test_a_schedule_without_runs_takes_its_agents() -> None:
    a_run("backup", days_ago(1), "0.5")
    a_run("other", days_ago(1), "7")
    part = of_schedule()
    assert (part.basis, part.amount) == ("agent", 5)


def test_a_schedule_of_the_same_name_for_another_agent_is_another() -> None:
    a_run("other", days_ago(1), "7", source="nightly")
    assert of_schedule().basis == "nothing"


def test_a_run_of_unknown_cost_says_nothing() -> None:
    a_run("backup", days_ago(2), "0.5", source="nightly")
    a_run("backup", days_ago(1), "0", source="nightly")
    Execution.objects.filter(pk=Execution.objects.order_by("-id")[0].pk).update(cost_usd=None)
    assert (of_schedule().spread.count, of_schedule().each) == (1, Decimal("0.5"))


def test_a_failed_run_costs_too_and_one_that_runs_is_not_counted_yet() -> None:
    a_run("backup", days_ago(2), "3", source="nightly", status=Status.FAILED)
    Execution.objects.create(
        agent_type="backup", triggered_by="schedule", trigger_source="nightly", cost_usd=Decimal(9)
    )
    assert (of_schedule().spread.count, of_schedule().each) == (1, 3)


def test_a_free_run_is_one_that_costs_nothing() -> None:
    for cost in (None, None, "1"):
        a_run("backup", days_ago(1), cost, source="nightly")
    assert (of_schedule().amount, of_schedule().spread.count) == (0, 3)


def test_the_rest_counts_days_without_spending() -> None:
    a_run("chat", days_ago(28), "28")
    a_run("chat", days_ago(29), "1000")
    assert (the_rest().spread.count, the_rest().each, the_rest().amount) == (28, 1, 15)


def test_the_rest_begins_with_the_first_record() -> None:
    a_run("chat", days_ago(4), "2")
    a_run("backup", days_ago(3), "50", source="nightly")
    assert (the_rest().spread.count, the_rest().each) == (4, Decimal("0.5"))


def test_on_the_first_day_the_rest_is_what_it_has_come_to() -> None:
    a_run("chat", NOW, "3")
    part = the_rest(NOW + timedelta(hours=12))
    assert (part.basis, part.spread.count, part.remaining) == ("days", 1, Decimal("14.5"))
    assert part.amount == Decimal("43.5")


def test_spent_is_exact_and_the_rest_has_six_places() -> None:
    for number in range(3):
        a_run("chat", days_ago(1 + number), "0.000000000001")
        a_run("backup", days_ago(1 + number), f"0.00000{number + 1}234567", source="nightly")
    found = forecast_month(NOW, [Planned("nightly", "Nightly", "backup", 7)])
    assert found.spent == Decimal("0.000006703704")
    assert found.parts[0].amount == Decimal("0.000016")
    assert found.total == Decimal("0.000023")


def test_runs_of_a_schedule_are_found_by_their_index() -> None:
    with CaptureQueriesContext(connection) as queries:
        of_schedule()
    (asked,) = (query["sql"] for query in queries if "\"trigger_source\" = 'nightly'" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked}")
        assert "INDEX execution_source" in str(cursor.fetchall())


def test_fifty_schedules_are_one_query_and_so_are_their_agents(django_assert_num_queries: object) -> None:
    a_run("backup", days_ago(1), "0.5")
    plans = [Planned(f"s-{number}", "S", f"agent-{number % 3}", 1) for number in range(60)]
    with django_assert_num_queries(2 + 1 + 3):  # type: ignore[operator]
        forecast_month(NOW, plans)
