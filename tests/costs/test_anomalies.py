"""GET /costs/anomalies: days and runs far above their history, with the numbers that say so."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from costs.anomalies import judge
from costs.schemas.savings import AnomalyList
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.costs.past_runs import a_run

pytestmark = pytest.mark.django_db


def days_ago(days: int) -> datetime:
    """Noon of that day, or today's midnight: never in the future."""
    day = timezone.localdate() - timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(12 if days else 0)))


def a_history(agent: str, usd: str, days: int, *, until: int = 1) -> None:
    for number in range(until, until + days):
        a_run(agent, days_ago(number), usd)


def anomalies(query: str = "") -> Any:
    response = ApiClient(Role.VIEWER).get(f"/costs/anomalies{query}")
    AnomalyList.model_validate_json(response.content)
    return response.json()


def kinds(query: str = "") -> list[tuple[str, str | None]]:
    return [(item["kind"], item["agent_type"]) for item in anomalies(query)["items"]]


def test_nothing_yet() -> None:
    assert anomalies() == {"items": [], "count": 0}


def test_a_steady_agent_has_none() -> None:
    a_history("disk", "0.2", 40, until=0)
    assert kinds() == []


def test_a_dear_run_makes_its_day_stand_out_too() -> None:
    a_history("disk", "0.2", 20)
    uid = a_run("disk", days_ago(0), "1.5")
    found = anomalies()
    assert kinds() == [("day", None), ("day", "disk"), ("run", "disk")]
    assert found["items"][2] == {
        "kind": "run",
        "agent_type": "disk",
        "day": timezone.localdate().isoformat(),
        "execution_id": str(uid),
        "value_usd": "1.5",
        "median_usd": "0.2",
        "spread_usd": "0",
        "limit_usd": "0.4",
        "count": 20,
        "window": "the runs with a cost among the 50 runs before",
    }


def test_many_ordinary_runs_make_a_day_stand_out() -> None:
    a_history("disk", "0.2", 10)
    a_history("other", "90", 10, until=0)
    for _ in range(3):
        a_run("disk", days_ago(0), "0.2")
    assert kinds() == [("day", "disk")]


def test_six_days_are_no_history() -> None:
    a_history("disk", "0.2", 6)
    a_run("disk", days_ago(0), "50")
    assert kinds() == []


def test_days_older_than_28_are_no_history() -> None:
    a_history("disk", "0.2", 7, until=23)
    a_run("disk", days_ago(0), "50")
    assert kinds() == [("run", "disk")]  # of runs the last 50 count, however old


def test_a_cent_more_is_never_worth_a_word() -> None:
    a_history("disk", "0.0001", 20)
    a_run("disk", days_ago(0), "0.01")
    assert kinds() == []


def test_an_agent_that_costs_something_now_and_then_is_quiet() -> None:
    for number in range(27):
        a_run("disk", days_ago(number), "0.3" if number % 3 == 0 else None)
    assert kinds() == []


def test_one_dear_day_does_not_hide_the_next() -> None:
    a_history("disk", "0.2", 20, until=2)
    a_run("disk", days_ago(1), "5")
    a_run("disk", days_ago(0), "5")
    assert [item["median_usd"] for item in anomalies()["items"] if item["kind"] == "day"] == ["0.2"] * 4


def test_only_the_days_that_were_asked_for() -> None:
    a_history("disk", "0.2", 20, until=3)
    a_run("disk", days_ago(2), "5")
    assert (kinds("?days=2"), len(kinds("?days=3"))) == ([], 3)


def test_pages() -> None:
    a_history("disk", "0.2", 20)
    a_run("disk", days_ago(0), "1.5")
    found = anomalies("?limit=1&offset=1")
    assert ([item["agent_type"] for item in found["items"]], found["count"]) == (["disk"], 3)


@pytest.mark.parametrize("query", ["days=0", "days=367", "days=x", "days=1.5", "days=9223372036854775808"])
def test_what_is_no_number_of_days_is_refused(query: str) -> None:
    response = ApiClient(Role.VIEWER).get(f"/costs/anomalies?{query}")
    assert (response.status_code, fields_of(response)) == (422, ["days"])


def test_only_the_last_fifty_runs_are_its_history() -> None:
    for usd, days, times in (("0.1", 3, 60), ("1", 2, 50)):
        for _ in range(times):
            a_run("disk", days_ago(days), usd)
    a_run("disk", days_ago(0), "1.9")
    assert kinds("?days=1") == []
    uid = a_run("disk", days_ago(0), "2.1")
    (item,) = anomalies("?days=1")["items"]
    assert (item["execution_id"], item["count"], item["median_usd"]) == (str(uid), 50, "1")


def test_a_wide_spread_needs_more() -> None:
    history = [Decimal(amount) for amount in (1, 2, 3, 4, 5, 6, 7, 8, 9)]  # median 5, deviation 2
    assert judge(Decimal("15.38"), history) is None
    found = judge(Decimal("15.39"), history)
    assert found is not None
    assert (found.count, found.median, found.spread, found.limit) == (9, 5, 2, Decimal("15.38"))


def test_what_runs_now_and_what_has_no_price_is_not_looked_at() -> None:
    a_history("disk", "0.2", 20)
    before = kinds()
    a_run("disk", days_ago(0), None)
    assert kinds() == before == []
