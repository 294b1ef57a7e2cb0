"""A launch that a hard budget leaves nothing for is refused, says why, and is kept as a refusal."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from agents.launching import LaunchRefused, launch_agent
from agents.models import LaunchRefusal
from costs.budgets.reserving import Request, reserve_request
from executions.models import Execution
from executions.services import Lease, claim_execution
from system.roles import Role
from tests.agents.conftest import MakeAgent
from tests.api_clients import ApiClient
from tests.costs.budgeting import MODEL, a_budget, a_run, spend

pytestmark = pytest.mark.django_db

ASKING = [{"name": "Analyse", "type": "analysis"}]


@pytest.fixture
def claude(settings: Settings) -> None:
    settings.ANTHROPIC_API_KEY = "sk-ant-not-used-here"


def asks(make_agent: MakeAgent, **analysis: object) -> None:
    make_agent(
        config={"steps": ASKING, "analysis": {"model": MODEL, **analysis}}, max_concurrent_executions=99
    )


def refused(**launch: str) -> str:
    with pytest.raises(LaunchRefused) as caught:
        launch_agent("probe-run", **launch)
    assert caught.value.limit == "budget"
    return caught.value.detail


def test_runs_are_counted_that_wait_run_and_have_ended(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=99)
    a_budget("three", max_runs=3, period="day")
    running = claim_execution(launch_agent("probe-run")[0].pk, owner="w")
    ended = claim_execution(launch_agent("probe-run")[0].pk, owner="w")
    assert running is not None
    assert ended is not None
    ended.tracker().complete()
    launch_agent("probe-run")
    detail = refused()
    assert detail.startswith("The budget three (everything, each day) allows 3 runs: 3 runs were begun;")
    assert "It resets at" in detail
    refusal = LaunchRefusal.objects.get()
    assert (refusal.limit, refusal.detail) == ("budget", detail)
    assert Execution.objects.count() == 3


@pytest.mark.parametrize(
    ("scope", "value", "counts"),
    [("agent", "probe-run", True), ("agent", "x", False), ("node", "localhost", True), ("node", "n2", False)],
)
def test_runs_are_counted_in_their_scope(
    make_agent: MakeAgent, settings: Settings, scope: str, value: str, counts: bool
) -> None:
    settings.NODE_NAME = "localhost"
    make_agent(["true"], max_concurrent_executions=99)
    a_budget(max_runs=1, scope=scope, scope_value=value)
    launch_agent("probe-run")
    if counts:
        assert value in refused()
    else:
        launch_agent("probe-run")


def test_a_schedule_has_runs_of_its_own(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=99)
    a_budget(max_runs=1, scope="schedule", scope_value="hourly")
    launch_agent("probe-run", trigger_source="daily")
    launch_agent("probe-run")
    launch_agent("probe-run", trigger_source="hourly", triggered_by="schedule")
    assert "(schedule hourly, each month) allows 1 run:" in refused(trigger_source="hourly")
    launch_agent("probe-run", trigger_source="daily")


def test_no_money_left_refuses_a_run_that_would_ask(make_agent: MakeAgent, claude: None) -> None:
    asks(make_agent)
    a_budget("month")
    spend(a_run(), 2)
    launch_agent("probe-run")
    spend(a_run(), 1)
    assert "allows 3 USD: 3 USD are spent and 0 USD reserved; no run that asks a model" in refused()


def test_what_is_reserved_counts_too(make_agent: MakeAgent, claude: None) -> None:
    asks(make_agent)
    a_budget("month")
    lease: Lease = a_run()
    reserve_request(lease.execution_id, lease.token, Request(MODEL, Decimal(3), 1))
    assert "0 USD are spent and 3 USD reserved" in refused()


@pytest.mark.parametrize("analysis", [{"over_budget": "rules"}, {"analyst": "rules"}])
def test_a_run_that_the_rules_can_finish_is_let_through(
    make_agent: MakeAgent, claude: None, analysis: dict[str, str]
) -> None:
    asks(make_agent, **analysis)
    a_budget("month")
    spend(a_run(), 3)
    launch_agent("probe-run")


def test_without_a_key_nothing_is_asked_and_nothing_refused(make_agent: MakeAgent) -> None:
    asks(make_agent)
    a_budget("month")
    spend(a_run(), 3)
    launch_agent("probe-run")


@pytest.mark.parametrize("period", ["day", "month", "execution"])
def test_an_unpriced_model_under_a_hard_budget_is_refused(
    make_agent: MakeAgent, claude: None, period: str
) -> None:
    asks(make_agent, model="my-own-model")
    budget = a_budget("month", period=period)
    detail = refused()
    assert "my-own-model has no known price" in detail
    assert "allows 3 USD: 0 USD are spent" in detail
    budget.is_hard = False
    budget.save()
    launch_agent("probe-run")


def test_a_models_budget_holds_for_the_model_of_this_run(make_agent: MakeAgent, claude: None) -> None:
    asks(make_agent)
    a_budget("haiku", scope="model", scope_value=MODEL)
    spend(a_run("other"), 3)
    refused()
    launch_agent("probe-run", overrides={"analysis": {"model": "claude-opus-5-5"}})


def test_a_soft_budget_refuses_nothing(make_agent: MakeAgent, claude: None) -> None:
    asks(make_agent)
    a_budget("month", is_hard=False, max_runs=1, amount_usd=Decimal(1))
    spend(a_run(), 5)
    launch_agent("probe-run")


def test_the_api_says_it_as_a_problem(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=99)
    a_budget("one", max_runs=1)
    launch_agent("probe-run")
    response = ApiClient(Role.OPERATOR).post("/agents/probe-run/run")
    assert (response.status_code, response.json()["limit"]) == (409, "budget")
    assert "The budget one" in response.json()["detail"]
