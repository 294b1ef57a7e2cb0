"""A run whose report Claude writes: the real SDK against a loopback server, costs exact to the last digit."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from agents.launching import launch_agent
from agents.runner import run_claimed
from executions.models import Execution, Status
from executions.services import claim_execution
from tests import messages_api
from tests.agents.conftest import MakeAgent

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [
    {"name": "Look", "type": "command", "argv": ["echo", "all is well"], "read_only": True},
    {"name": "Analyse", "type": "analysis"},
]


@pytest.fixture
def server(settings: object) -> Iterator[messages_api.MessagesServer]:
    with messages_api.MessagesServer() as running:
        settings.ANTHROPIC_BASE_URL = running.url  # type: ignore[attr-defined]
        settings.ANTHROPIC_API_KEY = "sk-ant-for-the-loopback-server"  # type: ignore[attr-defined]
        yield running


def run(make_agent: MakeAgent, analysis: dict[str, object] | None = None, **fields: object) -> Execution:
    make_agent(config={"steps": STEPS, "analysis": analysis or {}}, **fields)
    execution, _ = launch_agent("probe-run")
    lease = claim_execution(execution.pk, owner="test")
    assert lease is not None
    run_claimed(lease)
    execution.refresh_from_db()
    return execution


def test_claude_writes_the_report_and_every_attempt_is_priced(
    make_agent: MakeAgent, server: messages_api.MessagesServer
) -> None:
    execution = run(make_agent)
    assert execution.status == Status.COMPLETED
    assert execution.report["analyst"] == "claude"
    record = execution.cost_records.get()  # type: ignore[attr-defined]
    exact = (record.input_tokens * Decimal("0.1") + record.output_tokens * Decimal("0.5")) / 1_000_000
    assert record.model_used == "claude-haiku-5-5"
    assert record.total_cost_usd == exact > 0
    assert execution.cost_usd == exact
    assert record.request_id
    assert record.response_time_ms is not None
    assert execution.tokens_used == record.tokens


def test_without_fallback_an_error_of_the_api_fails_the_run(
    make_agent: MakeAgent, server: messages_api.MessagesServer
) -> None:
    server.script([messages_api.failure(401, "authentication_error")] * 3)
    execution = run(make_agent, {"fallback_to_rules": False})
    assert execution.status == Status.FAILED
    assert "401" in execution.error_message


def test_with_fallback_the_rules_write_it_and_say_why(
    make_agent: MakeAgent, server: messages_api.MessagesServer
) -> None:
    server.script([messages_api.failure(401, "authentication_error")] * 3)
    execution = run(make_agent)
    assert execution.status == Status.COMPLETED
    assert execution.report["analyst"] == "rules"
    assert "401" in execution.report["note"]


def test_a_request_that_could_pass_the_cap_is_not_sent(
    make_agent: MakeAgent, server: messages_api.MessagesServer
) -> None:
    execution = run(make_agent, max_cost_per_execution=Decimal("0.000001"))
    assert execution.status == Status.FAILED
    assert "max_cost_per_execution allows 0.000001 USD: 0 USD are spent" in execution.error_message
    assert server.requests == []
    assert execution.cost_usd == 0
    assert "all is well" in execution.raw_output


def test_the_rules_write_in_its_place_where_the_agent_says_so(
    make_agent: MakeAgent, server: messages_api.MessagesServer
) -> None:
    execution = run(make_agent, {"over_budget": "rules"}, max_cost_per_execution=Decimal("0.000001"))
    assert execution.status == Status.COMPLETED
    assert execution.report["analyst"] == "rules"
    assert "max_cost_per_execution allows" in execution.report["note"]
    assert server.requests == []


def test_an_unpriced_model_is_refused_under_a_cap(
    make_agent: MakeAgent, server: messages_api.MessagesServer
) -> None:
    execution = run(make_agent, {"model": "claude-opus-9"}, max_cost_per_execution=Decimal(5))
    assert execution.status == Status.FAILED
    assert "no known price" in execution.error_message
    assert server.requests == []


def test_an_unpriced_model_without_a_cap_is_recorded_with_no_cost(
    make_agent: MakeAgent, server: messages_api.MessagesServer
) -> None:
    execution = run(make_agent, {"model": "claude-opus-9"})
    assert execution.report["analyst"] == "claude"
    record = execution.cost_records.get()  # type: ignore[attr-defined]
    assert record.total_cost_usd is None
    assert execution.cost_usd is None
    assert execution.tokens_used == record.tokens > 0
