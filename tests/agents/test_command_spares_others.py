"""Processes of the runner that are none of the command's are neither killed nor waited for."""

import multiprocessing
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.commands import CommandResult
from agents.stopping import Stop, StopReason
from tests.agents.running_commands import exists, pids_in, python, run, wait_until

SLEEP = ["sleep", "300"]
ORPHAN = 'setsid sleep 300 >/dev/null & echo $! > "$0"'


@pytest.fixture
def ours() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def test_those_that_were_there_before(ours: list[subprocess.Popen[bytes]], tmp_path: Path) -> None:
    pid_file = tmp_path / "orphan"
    ours.append(subprocess.Popen(SLEEP))
    ours.append(subprocess.Popen(SLEEP, start_new_session=True))
    ours.append(subprocess.Popen(["sh", "-c", f"{ORPHAN}; exec sleep 300", pid_file], start_new_session=True))
    wait_until(lambda: pids_in(pid_file))
    result = run(python("import time; time.sleep(60)", timeout_s=0.3))

    assert (result.ended, result.survivors_killed) == ("timed_out", 0)
    assert [process.poll() for process in ours] == [None, None, None]
    assert exists(pids_in(pid_file)[0])
    subprocess.run(["kill", str(pids_in(pid_file)[0])], check=True)


def test_those_that_start_meanwhile_in_our_session(ours: list[subprocess.Popen[bytes]]) -> None:
    worker = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(300,))

    def start_others() -> None:
        if not ours:
            ours.append(subprocess.Popen(SLEEP))
            worker.start()

    result = run(python("import time; time.sleep(60)", timeout_s=1), on_idle=start_others)

    assert (result.ended, result.survivors_killed) == ("timed_out", 0)
    assert ours[0].poll() is None
    assert worker.is_alive()
    worker.kill()
    worker.join()


def test_the_exit_codes_of_others_are_left_for_who_waits_for_them() -> None:
    before = subprocess.Popen(["sh", "-c", "exit 5"])
    meanwhile: list[subprocess.Popen[bytes]] = []
    run(
        python("import time; time.sleep(0.5)"),
        on_idle=lambda: meanwhile or meanwhile.append(subprocess.Popen(["sh", "-c", "exit 6"])),
    )
    assert (before.wait(), meanwhile[0].wait()) == (5, 6)


def test_a_thread_can_run_commands_beside_them(ours: list[subprocess.Popen[bytes]]) -> None:
    ours.append(subprocess.Popen(SLEEP))
    stop = Stop()
    results: list[CommandResult] = []
    command = python("import time; time.sleep(60)")
    thread = threading.Thread(target=lambda: results.append(run(command, stop=stop)))
    thread.start()
    stop.request(StopReason.CANCELLED)
    thread.join(10)

    assert results[0].ended == "stopped"
    assert ours[0].poll() is None
