"""The console's page about money."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claudeops.costs_page.keeping import forget_all
from costs.models import Budget, DailyCost
from costs.sums import current_month
from scheduling.models import Schedule
from system.readable import read_short_usd
from system.roles import Role
from tests.console import an_agent, an_ended_execution, everything, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/costs/overview/"
# The session, the user and their role are three of each.
MOST_QUERIES = 36
MOST_WHEN_KEPT = 19


@pytest.fixture
def viewer() -> Client:
    return signed_in(Role.VIEWER)


def spend(cost: str, days_ago: int = 0, agent: str = "disk-space", model: str = "claude-haiku-5-5") -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    DailyCost.objects.create(
        day=day, agent_type=agent, model_used=model, node_id="attic", cost_usd=cost,
        records=1, executions=1, tokens_used=1500,
    )  # fmt: skip


def test_an_empty_one_says_so_and_what_to_do(viewer: Client) -> None:
    page = viewer.get(PAGE).content.decode()
    for words in (
        "no budget yet",
        "Nothing has been spent",
        "No day and no run",
        "No agent has asked more than one model",
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
        "disk-space cost 4.32 USD on", "claude-haiku-5-5", "attic",
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


def test_it_asks_as_often_with_a_long_history_and_many_agents(viewer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert viewer.get(f"{PAGE}?range=90d").status_code == 200
        return len(asked)

    several(range(13))
    few, few_when_kept = queries(), queries()
    several(range(13, 40))
    forget_all()
    assert queries() <= few <= MOST_QUERIES
    assert queries() <= few_when_kept <= MOST_WHEN_KEPT


def test_what_is_spent_meanwhile_is_in_the_next_look(viewer: Client) -> None:
    spend("0.10")
    assert viewer.get(PAGE).context["spending"].total.cost == Decimal("0.10")
    spend("0.25", agent="log-analyzer")
    page = viewer.get(PAGE).context
    assert page["spending"].total.cost == Decimal("0.35")
    assert [series.name for series in page["spending"].chart.stack.series] == ["log-analyzer", "disk-space"]
    assert page["now"].forecast.spent == Decimal("0.35")


def several(numbers: Iterable[int]) -> None:
    """Of each an agent that used two models, with runs, a schedule and a budget."""
    for number in numbers:
        name = f"agent-{number}"
        an_agent(name)
        an_ended_execution(name, lines=1)
        Budget.objects.create(name=name, amount_usd="1", scope="agent", scope_value=name)
        Schedule.objects.create(name=name, agent_id=name, cron_expression="0 3 * * *")
        for days_ago in range(0, 60, 5):
            spend("0.10", days_ago, name)
            spend("0.20", days_ago, name, "claude-opus-5-5")
