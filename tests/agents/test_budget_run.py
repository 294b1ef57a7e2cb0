"""A run that reaches its cap stops before the next request, and nothing of it stays reserved."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from pytest_django import Settings

from agents.launching import launch_agent
from agents.reconciler import reconcile
from agents.runner import run_claimed
from costs.models import CostRecord, Reservation
from executions.models import Execution, Status
from executions.services import Lease, claim_execution, give_up_lease
from system.models import Alert
from tests import messages_api
from tests.agents.conftest import MakeAgent
from tests.costs.budgeting import MODEL, a_budget, a_run, reserve, spend
from tests.messages_api import MessagesServer, Reply

pytestmark = pytest.mark.django_db(transaction=True)

LOOK = {"name": "Look", "type": "command", "argv": ["echo", "all is well"], "read_only": True}
STEPS = [LOOK, {"name": "First", "type": "analysis"}, {"name": "Second", "type": "analysis"}]
DEAR = {**messages_api.USAGE, "output_tokens": 4000}


@pytest.fixture
def server(settings: Settings) -> Iterator[MessagesServer]:
    with MessagesServer() as running:
        settings.ANTHROPIC_BASE_URL = running.url
        settings.ANTHROPIC_API_KEY = "sk-ant-for-the-loopback-server"
        yield running


def claimed(make_agent: MakeAgent, **analysis: object) -> Lease:
    make_agent(config={"steps": STEPS, "analysis": {"model": MODEL, **analysis}})
    lease = claim_execution(launch_agent("probe-run")[0].pk, owner="test")
    assert lease is not None
    return lease


def run(make_agent: MakeAgent, **analysis: object) -> Execution:
    lease = claimed(make_agent, **analysis)
    run_claimed(lease)
    return Execution.objects.get(pk=lease.execution_id)


def test_it_stops_before_the_next_request_and_keeps_the_report(
    make_agent: MakeAgent, server: MessagesServer
) -> None:
    server.script([messages_api.ok(usage=DEAR)])
    a_budget("turn", max_turns=1, period="execution")
    execution = run(make_agent)
    assert execution.status == Status.FAILED
    assert len(server.requests) == 1
    assert (
        "The budget turn (everything, each execution) allows 1 request: 1 request is spent"
        in execution.error_message
    )
    assert execution.report["analyst"] == "claude"
    assert "all is well" in execution.raw_output
    assert not Reservation.objects.exists()


def test_the_cap_and_what_is_spent_are_in_the_error(make_agent: MakeAgent, server: MessagesServer) -> None:
    a_budget("month", amount_usd=Decimal("0.004"))
    server.script([messages_api.ok(usage=DEAR)])
    execution = run(make_agent)
    assert execution.status == Status.FAILED
    (cost,) = CostRecord.objects.values_list("total_cost_usd", flat=True)
    assert "allows 0.004 USD: 0.00212 USD are spent and 0 USD reserved" in execution.error_message
    assert cost == execution.cost_usd == Decimal("0.00212")


def test_the_rules_write_where_the_agent_says_so(make_agent: MakeAgent, server: MessagesServer) -> None:
    a_budget("turn", max_turns=1)
    execution = run(make_agent, over_budget="rules")
    assert execution.status == Status.COMPLETED
    assert execution.report["analyst"] == "rules"
    assert "The budget turn" in execution.report["note"]
    assert len(server.requests) == 1


def test_each_retry_is_reserved_anew(make_agent: MakeAgent, server: MessagesServer) -> None:
    server.script([messages_api.cut(8)])
    a_budget("turn", max_turns=1)
    execution = run(make_agent)
    assert execution.status == Status.FAILED
    assert "The budget turn" in execution.error_message
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        messages_api.failure(401, "authentication_error"),
        messages_api.failure(402, "billing_error"),
        messages_api.rate_limited(error_code="enforced_spend_limit_reached"),
        messages_api.rate_limited(error_code="contract_spend_limit_reached"),
        messages_api.refusal(),
        messages_api.max_tokens(),
        messages_api.not_the_api(404),
        messages_api.ok(usage={**messages_api.USAGE, "input_tokens": -5}),
    ],
)
def test_nothing_stays_reserved_when_a_request_fails(
    make_agent: MakeAgent, server: MessagesServer, reply: Reply
) -> None:
    """As others' did: litellm#36926."""
    server.answer_with(reply)
    a_budget("month")
    run(make_agent)
    assert len(server.requests) == 2  # one of each step: none of these is tried again
    assert not Reservation.objects.exists()


def test_a_run_that_lost_its_lease_pays_and_holds_nothing(
    make_agent: MakeAgent, server: MessagesServer
) -> None:
    lease = claimed(make_agent)
    held: list[int] = []

    def lose(exchange: messages_api.Exchange) -> None:
        held.append(Reservation.objects.count())
        give_up_lease(lease.execution_id, lease_token=lease.token, why="Lost.")
        messages_api.ok()(exchange)

    server.script([lose])
    a_budget("month")
    run_claimed(lease)
    assert held == [1]
    assert CostRecord.objects.count() == 1
    assert not Reservation.objects.exists()


def test_an_answer_dearer_than_what_was_reserved_is_recorded(
    make_agent: MakeAgent, server: MessagesServer
) -> None:
    a_budget("month", amount_usd=Decimal("0.01"))
    server.script([messages_api.ok(usage={**messages_api.USAGE, "output_tokens": 1_000_000})])
    execution = run(make_agent)
    assert execution.cost_usd == Decimal("0.50012")
    assert "0.50012 USD are spent" in execution.error_message
    assert not Reservation.objects.exists()


def test_what_it_uses_up_is_said_at_once(make_agent: MakeAgent, server: MessagesServer) -> None:
    a_budget("turns", max_turns=2)
    run(make_agent)
    assert set(Alert.objects.filter(kind="budget").values_list("data__threshold", flat=True)) == {50, 80, 100}


def test_the_reconciler_releases_what_a_dead_worker_held(settings: Settings) -> None:
    settings.LEASE_SECONDS = 0
    lease = a_run()
    reserve(lease)
    reconcile("n1")
    assert not Reservation.objects.exists()
    assert Execution.objects.get(pk=lease.execution_id).status == Status.PENDING


def test_it_sweeps_what_no_running_lease_holds() -> None:
    ended, alive, again = a_run(), a_run(), a_run()
    for lease in (ended, alive, again):
        reserve(lease)
    ended.tracker().complete()
    give_up_lease(again.execution_id, lease_token=again.token, why="Lost.")
    claim_execution(again.execution_id, owner="another")
    reconcile("n1")
    assert list(Reservation.objects.values_list("execution_id", flat=True)) == [alive.execution_id]


def test_a_budget_already_used_up_by_others_stops_it_too(
    make_agent: MakeAgent, server: MessagesServer
) -> None:
    lease = claimed(make_agent)
    a_budget("month")
    spend(a_run("other"), 3)
    run_claimed(lease)
    assert "3 USD are spent" in Execution.objects.get(pk=lease.execution_id).error_message
    assert server.requests == []
