"""What an operator overrides at launch sends nothing past a hard budget, whatever it is."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from agents.runner import run_claimed
from costs.models import CostRecord, Reservation
from executions.models import Execution
from executions.services import claim_execution
from system.roles import Role
from tests.agents.conftest import MakeAgent
from tests.api_clients import ApiClient
from tests.costs.budgeting import MODEL, a_budget
from tests.messages_api import MessagesServer

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [{"name": "Report", "type": "analysis"}]
DEAR = "claude-opus-5-5"


@pytest.fixture
def server(settings: Settings) -> Iterator[MessagesServer]:
    with MessagesServer() as running:
        settings.ANTHROPIC_BASE_URL = running.url
        settings.ANTHROPIC_API_KEY = "sk-ant-for-the-loopback-server"
        yield running


@pytest.mark.parametrize(
    "overrides",
    [
        {"max_tokens": 128_000},
        {"model": DEAR},
        {"model": f"anthropic/{DEAR}[1m]"},
        {"model": f"us.anthropic.{DEAR}-20261101"},
        {"model": f"{DEAR}-20261301"},  # no date, so no known id
        {"model": f" {DEAR}"},
        {"model": DEAR.upper()},
        {"model": DEAR, "over_budget": "rules"},
        {"model": "my-own", "over_budget": "rules", "fallback_to_rules": True},
        {"instructions": "\U00013000" * 20_000},
    ],
)
def test_no_override_passes_a_hard_budget(
    make_agent: MakeAgent, server: MessagesServer, overrides: dict[str, Any]
) -> None:
    make_agent(config={"steps": STEPS, "analysis": {"model": MODEL}})
    a_budget("month", amount_usd=Decimal("0.005"))
    answer = ApiClient(Role.OPERATOR).post(
        "/agents/probe-run/run", {"overrides": {"analysis": {"max_tokens": 4096, **overrides}}}
    )
    assert answer.status_code in (201, 409), answer.content
    for execution in Execution.objects.all():
        lease = claim_execution(execution.pk, owner="test")
        assert lease is not None
        run_claimed(lease)
    assert not server.requests
    assert not CostRecord.objects.exists()
    assert not Reservation.objects.exists()
