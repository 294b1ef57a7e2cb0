"""One claimed run through the real runner: steps, outcomes, limits, and the one end it always has."""

import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from agents.launching import launch_agent
from agents.runner import run_claimed
from executions.models import Execution, Status
from executions.services import cancel_execution, claim_execution
from tests.agents.conftest import MakeAgent

pytestmark = pytest.mark.django_db(transaction=True)


def run(agent_type: str = "probe-run") -> Execution:
    execution, _ = launch_agent(agent_type)
    lease = claim_execution(execution.pk, owner="test")
    assert lease is not None
    run_claimed(lease)
    execution.refresh_from_db()
    return execution


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
def meanwhile() -> Iterator[Callable[[Callable[[], None]], None]]:
    """Do something in another thread, on a connection of its own, while the test runs an agent."""
    threads: list[threading.Thread] = []

    def start(action: Callable[[], None]) -> None:
        def act() -> None:
            try:
                action()
            finally:
                connection.close()

        threads.append(threading.Thread(target=act))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join()


def test_a_program_runs_and_its_lines_are_logged(make_agent: MakeAgent) -> None:
    make_agent(["echo", "hello"])
    execution = run()
    assert execution.status == Status.COMPLETED
    assert execution.steps.get().output.strip() == "hello"
    assert "hello" in [event.decoded["message"] for event in execution.events.logs()]
    assert "hello" in execution.raw_output


def test_a_failing_step_ends_the_run_and_the_rest_is_skipped(make_agent: MakeAgent) -> None:
    make_agent(["false"], ["echo", "never"])
    execution = run()
    assert execution.status == Status.FAILED
    assert execution.error_message == "Step 1, Step 1: It ended with exit code 1; expected was 0."
    assert list(execution.steps.values_list("status", flat=True)) == ["failed", "skipped"]


def test_continue_on_error_goes_on(make_agent: MakeAgent) -> None:
    make_agent(
        steps=[
            {"name": "A", "type": "command", "argv": ["false"], "continue_on_error": True},
            {"name": "B", "type": "command", "argv": ["true"]},
        ]
    )
    execution = run()
    assert execution.status == Status.COMPLETED
    assert list(execution.steps.values_list("status", flat=True)) == ["failed", "completed"]


def test_a_program_that_is_not_there_is_named(make_agent: MakeAgent) -> None:
    make_agent(["no-such-program-at-all"])
    assert "no-such-program-at-all" in run().error_message


def test_cleanup_runs_after_a_failure(make_agent: MakeAgent) -> None:
    make_agent(
        steps=[
            {"name": "A", "type": "command", "argv": ["false"]},
            {"name": "C", "type": "cleanup", "argv": ["echo", "swept"]},
        ]
    )
    execution = run()
    assert execution.status == Status.FAILED
    assert execution.steps.get(step_number=2).output.strip() == "swept"


def test_a_validation_that_does_not_hold_fails_the_run(make_agent: MakeAgent) -> None:
    make_agent(
        steps=[
            {"name": "A", "type": "command", "argv": ["echo", "42 files"]},
            {
                "name": "V",
                "type": "validation",
                "require": [{"step": "A", "path": "output", "op": "contains", "value": "43"}],
            },
        ]
    )
    execution = run()
    assert "A: output contains '43'" in execution.error_message


def test_a_step_past_its_time_out_is_killed(make_agent: MakeAgent) -> None:
    make_agent(steps=[{"name": "A", "type": "command", "argv": ["sleep", "60"], "timeout_ms": 300}])
    execution = run()
    assert execution.status == Status.FAILED
    assert "within 0.3 s (timeout_ms)" in execution.error_message


def test_a_run_past_its_longest_duration_is_stopped(make_agent: MakeAgent, settings: object) -> None:
    settings.CANCEL_POLL_SECONDS = 0.05  # type: ignore[attr-defined]
    make_agent(["sleep", "60"], max_duration_ms=300)
    execution = run()
    assert execution.status == Status.FAILED
    assert "longer than 300 ms (max_duration_ms)" in execution.error_message


def test_a_cancelled_run_ends_cancelled_and_still_cleans_up(
    make_agent: MakeAgent, settings: object, meanwhile: Callable[[Callable[[], None]], None]
) -> None:
    settings.CANCEL_POLL_SECONDS = 0.05  # type: ignore[attr-defined]
    make_agent(
        steps=[
            {
                "name": "A",
                "type": "command",
                "argv": python("print('on', flush=True); import time; time.sleep(60)"),
            },
            {"name": "C", "type": "cleanup", "argv": ["echo", "swept"]},
        ]
    )
    execution, _ = launch_agent("probe-run")
    lease = claim_execution(execution.pk, owner="test")
    assert lease is not None

    def cancel_once_it_is_on() -> None:
        while "on" not in [event.decoded["message"] for event in execution.events.logs()]:
            threading.Event().wait(0.02)
        cancel_execution(execution.pk, by="ada")

    meanwhile(cancel_once_it_is_on)
    run_claimed(lease)
    execution.refresh_from_db()
    assert (execution.status, execution.exit_code) == (Status.CANCELLED, 130)
    assert execution.steps.get(step_number=2).output.strip() == "swept"
    assert execution.events.get(event="execution:cancelled").decoded["by"] == "ada"


def test_a_run_whose_lease_was_taken_writes_nothing_more(
    make_agent: MakeAgent, settings: object, meanwhile: Callable[[Callable[[], None]], None]
) -> None:
    settings.CANCEL_POLL_SECONDS = settings.HEARTBEAT_SECONDS = 0.05  # type: ignore[attr-defined]
    make_agent(["sleep", "60"])
    execution, _ = launch_agent("probe-run")
    lease = claim_execution(execution.pk, owner="test")
    assert lease is not None

    def take_it() -> None:
        while not execution.steps.filter(status="running").exists():
            threading.Event().wait(0.02)
        Execution.objects.filter(pk=execution.pk).update(lease_token=execution.uid)

    meanwhile(take_it)
    run_claimed(lease)
    execution.refresh_from_db()
    assert execution.status == Status.RUNNING
    assert execution.steps.get().status == "running"


def test_a_disabled_agent_does_not_begin_what_waited(make_agent: MakeAgent) -> None:
    agent = make_agent(["true"])
    execution, _ = launch_agent("probe-run")
    agent.enabled = False
    agent.save(update_fields=["enabled"])
    lease = claim_execution(execution.pk, owner="test")
    assert lease is not None
    run_claimed(lease)
    execution.refresh_from_db()
    assert execution.status == Status.FAILED
    assert "disabled before this run began" in execution.error_message
    assert not execution.steps.exists()


def test_a_secret_of_the_agents_own_environment_is_nowhere(make_agent: MakeAgent) -> None:
    make_agent(
        steps=[
            {
                "name": "A",
                "type": "command",
                "argv": python("import os; print('it is', os.environ['DEPLOY_TOKEN'])"),
                "env": {"DEPLOY_TOKEN": "correct-horse-battery"},
            }
        ]
    )
    execution = run()
    assert "it is [redacted]" in execution.steps.get().output
    assert "correct-horse" not in execution.raw_output + str([event.data for event in execution.events.all()])
