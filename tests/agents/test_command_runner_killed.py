"""SIGKILL of the runner takes its command along; what had detached is found by its environment."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agents.process_tree import end_strays
from tests.agents.running_commands import exists, pids_in, wait_until

# A command whose child has left its session; both pids go to argv[1].
COMMAND = """
import os, subprocess, sys, time
child = subprocess.Popen(["sleep", "300"], start_new_session=True)
with open(sys.argv[1], "w") as file: file.write(f"{os.getpid()}\\n{child.pid}\\n")
time.sleep(300)
"""
RUNNER = f"""
import sys
from tests.agents.running_commands import python, run
run(python({COMMAND!r}, sys.argv[1], timeout_s=300))
"""


@contextmanager
def runner_at_work(pid_file: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, int]]:
    runner = subprocess.Popen([sys.executable, "-c", RUNNER, pid_file])
    try:
        wait_until(lambda: len(pids_in(pid_file)) == 2)
        command, child = pids_in(pid_file)
        yield runner, command, child
    finally:
        kill(runner)
        for pid in filter(running, pids_in(pid_file)):
            os.kill(pid, signal.SIGKILL)


def kill(runner: subprocess.Popen[bytes]) -> None:
    runner.kill()
    runner.wait()


def running(pid: int) -> bool:
    """Not a zombie: whoever inherits it here may never reap it."""
    return exists(pid) and " Z " not in Path(f"/proc/{pid}/stat").read_text()


def test_the_command_dies_with_its_runner_and_strays_are_ended(tmp_path: Path) -> None:
    with (
        runner_at_work(tmp_path / "one") as (runner, command, child),
        runner_at_work(tmp_path / "other") as (other_runner, other_command, other_child),
    ):
        kill(runner)
        wait_until(lambda: not running(command))
        end_strays()
        wait_until(lambda: not running(child))
        assert running(other_command)  # its runner lives
        assert running(other_child)

        kill(other_runner)
        wait_until(lambda: not running(other_command))
        end_strays()
        wait_until(lambda: not running(other_child))
