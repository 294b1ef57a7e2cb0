"""One request of a run, from its launch to its end, with nobody at the other end of the line."""

from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import uuid4

from agents.analysts.base import BilledAttempt
from agents.launching import LaunchRefused, launch_agent
from agents.models import AgentConfiguration
from agents.runner.analysis import RunJournal
from agents.runner.log import LogBuffer
from agents.stopping import Stop
from costs.budgets.errors import BudgetExceeded
from executions.errors import ExecutionEnded, ExecutionNotRunning, LeaseLost
from executions.services import Tracker, claim_execution
from system.redaction import default_redactor

AGENT = "spends"
MODEL = "claude-haiku-5-5"
USAGE: dict[str, Any] = {"input_tokens": 1000, "output_tokens": 1000}
COST = Decimal("0.0006")  # of USAGE, and reserved for it


def a_spender() -> AgentConfiguration:
    config = {"steps": [{"name": "Analyse", "type": "analysis"}], "analysis": {"model": MODEL}}
    return AgentConfiguration.objects.create(
        agent_type=AGENT, name=AGENT, config=config, max_concurrent_executions=100_000
    )


def spend() -> None:
    """What the budget refuses, or what took longer than its lease on a busy machine, is left as it is."""
    with suppress(LaunchRefused, ExecutionNotRunning, ExecutionEnded, LeaseLost):
        execution, _ = launch_agent(AGENT)
        lease = claim_execution(execution.pk, owner="spender")
        if lease is not None:
            ask(lease.tracker())


def ask(tracker: Tracker) -> None:
    journal = RunJournal(
        AgentConfiguration.objects.get(agent_type=AGENT), tracker, LogBuffer(tracker), Stop(), 1,
        default_redactor(),
    )  # fmt: skip
    try:
        journal.reserve(MODEL, COST, 2000)
    except BudgetExceeded as error:
        tracker.fail(error.detail)
        return
    try:
        journal.record_attempt(BilledAttempt(MODEL, USAGE, f"req_{uuid4().hex}", 1, complete=True))
    finally:
        journal.release()
    tracker.complete()
