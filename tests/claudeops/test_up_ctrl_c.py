import os
import signal
import time

from agents.models import AgentConfiguration
from executions.models import Execution
from tests.claudeops.starting import Up
from tests.faults.home import eventually


def test_it_leaves_nothing_within_ten_seconds(migrated_up: Up) -> None:
    process = migrated_up.start()
    eventually("the first report is shown", lambda: migrated_up.said("Cost:"), within_s=90)
    began = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(10) == 0
    assert time.monotonic() - began < 3  # nothing runs: nothing to wait for
    assert migrated_up.processes() == set()
    assert migrated_up.output().endswith("Stopped.\n")


def test_a_command_that_ignores_it_does_not_hold_it_up(migrated_up: Up) -> None:
    process = migrated_up.start()
    eventually("the first report is shown", lambda: migrated_up.said("Cost:"), within_s=90)
    script = "trap '' TERM INT; touch $HERE/begun; while :; do sleep 1; done"
    agent = migrated_up.agent("deaf", script, read_only=False)
    [pk] = migrated_up.launch(agent)
    eventually("it runs", (migrated_up.directory / "begun").exists)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(10) == 0
    assert migrated_up.processes() == set()
    execution = Execution.objects.get(pk=pk)
    assert execution.status == "failed"
    assert "Its worker was stopped." in execution.error_message
    assert AgentConfiguration.objects.filter(agent_type=agent).exists()
