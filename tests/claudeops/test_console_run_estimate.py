"""Before a run is launched: what it typically costs, the most it may, and what would refuse it."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from agents.estimate import Estimate, quantile
from agents.models import AgentConfiguration, LaunchRefusal
from costs.models import Budget, CostRecord
from executions.models import Execution
from system import app_settings
from system.roles import Role
from tests.console import an_agent, an_ended_execution, console_url, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(settings: Settings) -> Client:
    settings.ANTHROPIC_API_KEY = "sk-test"
    an_agent()
    return signed_in(Role.OPERATOR)


def url() -> str:
    return console_url(AgentConfiguration, "changes", AgentConfiguration.objects.get().pk)


def outlook(client: Client, **sent: str) -> Any:
    if sent:
        return client.post(url(), {"node_id": "localhost", "estimate": "", **sent}).context
    return client.get(url()).context


def estimate(client: Client, **sent: str) -> Estimate:
    found: Estimate = outlook(client, **sent)["estimate"]
    return found


def test_the_percentiles_are_of_what_there_was() -> None:
    costs = [Decimal(number) for number in range(1, 101)]
    assert (quantile(costs, 0.5), quantile(costs, 0.95)) == (50, 95)
    assert (quantile(costs[:1], 0.5), quantile(costs[:1], 0.95), quantile([], 0.5)) == (1, 1, None)


def test_what_is_typical_comes_from_runs_that_asked_the_same_model(operator: Client) -> None:
    for _ in range(3):
        an_ended_execution()
    (cost,) = set(
        CostRecord.objects.filter(model_used="claude-haiku-5-5").values_list("total_cost_usd", flat=True)
    )
    found = estimate(operator)
    assert (found.model, found.priced, found.typical, found.high) == ("claude-haiku-5-5", 3, cost, cost)
    other = estimate(operator, analysis='{"model": "claude-sonnet-5"}')
    assert (other.model, other.priced, other.typical) == ("claude-sonnet-5", 0, None)
    assert not Execution.objects.filter(status="pending").exists()


def test_the_most_is_bounded_by_prices_and_by_the_agents_own_cap(operator: Client) -> None:
    loose = estimate(operator)
    assert loose.at_most is not None
    assert not loose.is_capped
    longer = estimate(operator, analysis='{"max_tokens": 128000}').at_most
    assert longer is not None
    assert longer > loose.at_most
    AgentConfiguration.objects.update(max_cost_per_execution=Decimal("0.001"))
    capped = estimate(operator)
    assert (capped.at_most, capped.is_capped) == (Decimal("0.001"), True)
    assert "At most, by its cap" in operator.get(url()).content.decode()


def test_a_model_without_a_price_is_unknown_and_not_nothing(operator: Client) -> None:
    assert estimate(operator, analysis='{"model": "made-up"}').at_most is None


def test_the_rules_write_for_nothing(operator: Client, settings: Settings) -> None:
    assert estimate(operator, analysis='{"analyst": "rules"}').model == ""
    settings.ANTHROPIC_API_KEY = ""
    assert "Nothing: the rules write the report." in operator.get(url()).content.decode()


def test_all_that_would_refuse_it_is_said_at_once(operator: Client) -> None:
    assert "Nothing stands against it at this moment." in operator.get(url()).content.decode()
    Budget.objects.create(name="month", amount_usd="0.000000000001")
    an_ended_execution()
    AgentConfiguration.objects.update(enabled=False, cooldown_ms=3_600_000)
    app_settings.set_value("executions.paused", True)
    refusals = outlook(operator)["refusals"]
    assert [refusal.limit for refusal in refusals] == ["enabled", "paused", "cooldown", "budget"]
    assert not LaunchRefusal.objects.exists()


def test_what_does_not_hold_is_said_at_its_field_and_estimates_nothing(operator: Client) -> None:
    page = operator.post(url(), {"node_id": "localhost", "analysis": '{"colour": 1}', "estimate": ""})
    assert "colour: " in " ".join(page.context["form"].errors["analysis"])
    assert "estimate" not in page.context


def test_a_piece_of_the_page_is_what_a_script_asks_for(operator: Client) -> None:
    page = operator.post(url(), {"node_id": "localhost", "estimate": "piece"}).content.decode()
    assert "<html" not in page
    assert "Before it runs" in page


def test_the_agents_own_page_launches(operator: Client) -> None:
    answer = operator.post(url(), {"node_id": "localhost", "analysis": '{"analyst": "rules"}'})
    run = Execution.objects.get()
    assert answer["Location"] == console_url(Execution, "change", run.uid)
    assert run.execution_context["overrides"] == {"analysis": {"analyst": "rules"}}
    assert "metadata" not in run.execution_context
    assert signed_in(Role.VIEWER).get(url()).status_code == 403
