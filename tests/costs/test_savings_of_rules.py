"""GET /costs/savings: runs that asked no model, at what a billed run of the agent costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from executions.models import Status
from system.roles import Role
from tests.api_clients import ApiClient
from tests.costs.past_runs import a_run

pytestmark = pytest.mark.django_db


def rules_of(agent: str) -> Any:
    today = timezone.localdate()
    response = ApiClient(Role.VIEWER).get(
        f"/costs/savings?date_from={today - timedelta(days=9)}&date_to={today}"
    )
    return next(item for item in response.json()["agents"] if item["agent_type"] == agent)["rules"]


def days_ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


def test_each_free_run_saves_the_mean_of_the_billed_ones() -> None:
    for _ in range(4):
        a_run("disk", days_ago(1))
    a_run("disk", days_ago(2), "0.1")
    a_run("disk", days_ago(80), "0.3")
    a_run("disk", days_ago(95), "50")
    assert rules_of("disk") == {
        "completed": 5,
        "billed": 1,
        "free_runs": 4,
        "mean_usd": "0.2",
        "mean_of": 2,
        "saved_usd": "0.8",
        "reason": "",
    }


def test_without_a_billed_run_nobody_knows() -> None:
    a_run("disk", days_ago(1))
    found = rules_of("disk")
    assert (found["mean_usd"], found["saved_usd"], found["free_runs"]) == (None, None, 1)
    assert "90 days" in found["reason"]


def test_it_is_never_below_nothing() -> None:
    a_run("disk", days_ago(1), "1", status=Status.FAILED)
    a_run("disk", days_ago(1), "1")
    found = rules_of("disk")
    assert (found["completed"], found["billed"], found["free_runs"], found["saved_usd"]) == (1, 2, 0, "0")


def test_a_failed_run_without_a_model_saved_nothing() -> None:
    a_run("disk", days_ago(1), "1")
    a_run("disk", days_ago(1), status=Status.FAILED)
    assert rules_of("disk")["free_runs"] == 0


def test_the_sum_names_those_of_whom_nobody_knows() -> None:
    for agent in ("disk", "load"):
        a_run(agent, days_ago(0))
    a_run("disk", days_ago(0), "0.5")
    found = ApiClient(Role.VIEWER).get("/costs/savings").json()
    assert (found["rules_saved_usd"], found["rules_unknown"]) == ("0.5", ["load"])
