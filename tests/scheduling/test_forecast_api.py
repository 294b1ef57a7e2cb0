"""GET /costs/forecast: the figure, its parts, what is left out, and the budgets it passes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from agents.models import AgentConfiguration
from costs.models import Budget
from costs.schemas.forecast import ForecastOut
from scheduling.models import Schedule
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.costs.past_runs import a_run

pytestmark = pytest.mark.django_db


def forecast() -> Any:
    response = ApiClient(Role.VIEWER).get("/costs/forecast")
    ForecastOut.model_validate_json(response.content)
    return response.json()


def a_schedule(cron: str = "*/5 * * * *", **more: Any) -> Schedule:
    agent, _ = AgentConfiguration.objects.get_or_create(agent_type="backup", name="Backup")
    return Schedule.objects.create(**{"name": "Often", **more}, agent=agent, cron_expression=cron)


def test_a_new_installation_says_that_it_knows_nothing() -> None:
    found = forecast()
    assert (found["spent_usd"], found["low_usd"], found["total_usd"], found["high_usd"]) == ("0",) * 4
    assert found["words"] == "Nothing has been recorded yet, so nothing can be foreseen: 0 is no forecast."
    assert (found["budgets"], found["not_counted"]) == ([], [])


def test_the_parts_make_up_the_total() -> None:
    a_schedule()
    for days in range(1, 6):
        a_run("backup", timezone.now() - timedelta(days=days), "0.25", source="often")
        a_run("chat", timezone.now() - timedelta(days=days), "1")
    found = forecast()
    schedule, rest = found["parts"]
    assert (schedule["trigger_source"], schedule["basis"], schedule["count"]) == ("often", "schedule", 5)
    assert Decimal(schedule["amount_usd"]) == Decimal("0.25") * int(schedule["remaining"])
    assert (rest["name"], rest["each_usd"], rest["basis"]) == ("everything else", "1", "days")
    parts = Decimal(schedule["amount_usd"]) + Decimal(rest["amount_usd"])
    assert Decimal(found["total_usd"]) == Decimal(found["spent_usd"]) + parts


def test_a_schedule_that_never_ran_is_named() -> None:
    a_schedule("* * * * *", name="Brand new")
    a_schedule("* * * * *", name="At its end", max_executions=0)
    a_run("chat", timezone.now(), "1")
    assert forecast()["words"] == "Counted as 0, as no run of theirs has a known cost yet: Brand new."


def test_a_schedule_that_does_not_hold_is_not_counted() -> None:
    a_schedule("61 * * * *", name="Broken")
    (item,) = forecast()["not_counted"]
    assert item == {"name": "Broken", "reason": "The minute '61' is to be a number from 0 to 59."}


def test_it_takes_no_parameters() -> None:
    response = ApiClient(Role.VIEWER).get("/costs/forecast?month=13")
    assert (response.status_code, fields_of(response)) == (422, ["month"])


def test_budgets_of_the_month_and_of_everything_alone() -> None:
    Budget.objects.create(name="all-month", amount_usd=Decimal(5))
    Budget.objects.create(name="all-day", amount_usd=Decimal(5), period="day")
    Budget.objects.create(name="an-agent", amount_usd=Decimal(5), scope="agent", scope_value="a")
    Budget.objects.create(name="off", amount_usd=Decimal(5), enabled=False)
    Budget.objects.create(name="runs", max_runs=5)
    (item,) = forecast()["budgets"]
    assert item == {
        "name": "all-month", "amount_usd": "5", "is_hard": True, "passes": False, "passes_on": None
    }  # fmt: skip
