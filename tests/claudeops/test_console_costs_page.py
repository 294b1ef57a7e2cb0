"""The console's page about money."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from costs.models import Budget, DailyCost
from costs.sums import current_month
from scheduling.models import Schedule
from system.readable import read_short_usd
from system.roles import Role
from tests.console import an_agent, an_ended_execution, everything, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/costs/overview/"


@pytest.fixture
def viewer() -> Client:
    return signed_in(Role.VIEWER)


def spend(cost: str, days_ago: int = 0, agent: str = "disk-space") -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    DailyCost.objects.create(
        day=day, agent_type=agent, model_used="claude-haiku-5-5", node_id="attic", cost_usd=cost,
        records=1, executions=1, tokens_used=1500,
    )  # fmt: skip


def test_an_empty_one_says_so_and_what_to_do(viewer: Client) -> None:
    page = viewer.get(PAGE).content.decode()
    for words in (
        "no budget yet",
        "Nothing has been spent",
        "No day and no run",
        "No agent has asked",
    ):
        assert words in page, words


def test_it_shows_the_month_its_end_budgets_and_what_stands_out(viewer: Client) -> None:
    for days_ago in range(1, 20):
        spend("0.10", days_ago)
    spend("4.321")
    Budget.objects.create(name="tight", amount_usd="4")
    Schedule.objects.create(name="Broken", agent=an_agent(), cron_expression="61 * * * *")
    page = viewer.get(PAGE).content.decode()
    for words in (
        read_short_usd(current_month()["cost"]), "tight", "used up", "Broken is not counted",
        "disk-space cost 4.321 USD on", "claude-haiku-5-5", "attic",
    ):  # fmt: skip
        assert words in page, words


def test_a_budget_shows_each_of_its_caps(viewer: Client) -> None:
    spend("0.25")
    Budget.objects.create(name="both", amount_usd="0.5", max_tokens=2_000_000)
    Budget.objects.create(name="each", period="execution", amount_usd="0.02")
    page = viewer.get(PAGE).content.decode()
    assert "0.25 of 0.5 USD, 1,500 of 2,000,000 tokens" in page
    assert "<strong>0.02 USD</strong>" in page


def test_nothing_in_it_runs(viewer: Client) -> None:
    everything()
    assert "<img src=x" not in viewer.get(PAGE).content.decode()


def test_nobody_does_not_see_it() -> None:
    assert Client().get(PAGE).status_code == 302


def test_it_asks_as_often_with_a_long_history(viewer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            viewer.get(PAGE)
        return len(asked)

    an_agent()
    an_ended_execution()
    spend("0.10")  # of every agent, runs are looked at on their own
    few = queries()
    for _ in range(12):
        an_ended_execution()
    for days_ago in range(1, 40):
        spend("0.10", days_ago)
    assert queries() <= few
