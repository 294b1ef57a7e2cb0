"""A probe that breaks, and one that takes too long: the run goes on, and nothing of theirs is left."""

from collections.abc import Iterator

import psutil
import pytest

from agents.launching import launch_agent
from agents.probes import PROBES
from agents.probes.base import NoParams, Probe, ProbeContext, ProbeResult
from agents.runner import run_claimed
from executions.models import Execution, Status
from executions.services import claim_execution
from tests.agents.conftest import MakeAgent

pytestmark = pytest.mark.django_db(transaction=True)

NAP = "61.73"  # seconds that nothing else on the machine sleeps


class Breaking(Probe[NoParams]):
    name = "breaking"
    summary = "Trips over what it finds."
    params_model = NoParams

    def collect(self, params: NoParams, context: ProbeContext) -> ProbeResult:
        raise KeyError("unheard of")


class Dawdling(Probe[NoParams]):
    name = "dawdling"
    summary = "Waits for a tool that does not end."
    params_model = NoParams

    def collect(self, params: NoParams, context: ProbeContext) -> ProbeResult:
        context.run_tool(["sleep", NAP], 60)
        return ProbeResult(text="awake")


@pytest.fixture(autouse=True)
def odd_probes() -> Iterator[None]:
    PROBES.update(breaking=Breaking(), dawdling=Dawdling())
    yield
    del PROBES["breaking"], PROBES["dawdling"]


def run(make_agent: MakeAgent, probe: str, **more: object) -> Execution:
    make_agent(
        steps=[
            {"name": "Look", "type": "command", "probe": probe, "continue_on_error": True, **more},
            {"name": "Sweep", "type": "cleanup", "argv": ["echo", "swept"]},
        ]
    )
    execution, _ = launch_agent("probe-run")
    lease = claim_execution(execution.pk, owner="test")
    assert lease is not None
    run_claimed(lease)
    execution.refresh_from_db()
    return execution


def test_a_defect_in_a_step_fails_that_step_and_cleanup_still_runs(make_agent: MakeAgent) -> None:
    execution = run(make_agent, "breaking")
    look, sweep = execution.steps.order_by("step_number")
    assert execution.status == Status.COMPLETED
    assert (look.status, look.error_message) == ("failed", "A defect in ClaudeOps: KeyError: 'unheard of'")
    assert sweep.output.strip() == "swept"


def test_the_tool_of_a_probe_that_took_too_long_is_gone(make_agent: MakeAgent) -> None:
    execution = run(make_agent, "dawdling", timeout_ms=300)
    look = execution.steps.get(step_number=1)
    assert "longer than 0.3 s (timeout_ms)" in look.error_message
    assert not [it for it in psutil.process_iter(["cmdline"]) if NAP in (it.info["cmdline"] or [])]
