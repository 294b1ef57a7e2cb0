"""Twenty runs in twenty processes, all at once, against a hard budget for three of their requests."""

import subprocess
import sys
from decimal import Decimal

from pytest_django import Settings

from agents.launching import launch_agent
from costs.models import Budget, CostRecord, Reservation
from executions.models import Execution, Status
from tests.faults.asking import ENVIRONMENT, an_asking_agent, dearest_of, has_ended, in_use
from tests.faults.home import ROOT, Home
from tests.messages_api import MessagesServer, ok

RUNS = 20
SERVED = 3


def test_three_are_served_and_the_others_told_why(any_home: Home, settings: Settings) -> None:
    with MessagesServer() as server:
        settings.ANTHROPIC_BASE_URL = server.url
        agent = an_asking_agent()
        dearest = dearest_of(agent)
        server.answer_with(ok(usage=dearest.usage, pause_s=0.01))
        budget = Budget.objects.create(name="three", amount_usd=SERVED * dearest.usd)
        executions = [launch_agent("asks")[0].pk for _ in range(RUNS)]
        process = run_together(any_home, executions, server.url)
        seen = watch(budget, process)
        assert process.returncode == 0
        assert len(server.requests) == SERVED

    runs = Execution.objects.filter(pk__in=executions)
    served = runs.filter(status=Status.COMPLETED)
    refused = runs.filter(status=Status.FAILED)
    assert (served.count(), refused.count()) == (SERVED, RUNS - SERVED)
    assert sum(record.total_cost_usd for record in CostRecord.objects.all()) == budget.amount_usd
    assert max(seen) <= SERVED * dearest.usd
    assert not Reservation.objects.exists()
    for execution in refused:
        assert "The budget three (everything, each month) allows" in execution.error_message
        assert execution.cost_usd == 0


def run_together(home: Home, executions: list[int], url: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.many_runs", "together", *map(str, executions)],
        cwd=ROOT,
        env=home.environment(ANTHROPIC_BASE_URL=url, **ENVIRONMENT),
    )


def watch(budget: Budget, process: "subprocess.Popen[bytes]") -> list[Decimal]:
    """What was spent and reserved, at every moment that can be looked at."""
    seen = []
    while not has_ended(process):
        seen.append(in_use(budget))
    return seen
