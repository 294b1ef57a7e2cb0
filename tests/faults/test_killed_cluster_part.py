"""django-q2's own processes, killed one by one: all recovers, nothing is lost, no success runs again."""

import os
import signal

import pytest

from tests.faults.home import Home, Workers, eventually

PARTS = ["guard", "pusher", "monitor", "cluster"]


def _kill(workers: Workers, part: str) -> None:
    pid = getattr(workers, part)
    os.kill(pid, signal.SIGKILL)
    eventually(f"a new {part}", lambda: workers_have_new(workers, part, pid))


def workers_have_new(workers: Workers, part: str, old: int) -> bool:
    try:
        return workers.is_complete() and getattr(workers, part) != old
    except LookupError:
        return False


def test_each_in_turn_while_there_is_work(any_home: Home) -> None:
    workers = any_home.start_worker()
    agent = any_home.agent("count", "echo x >> $HERE/ran; sleep 0.1")
    runs: list[int] = []
    for part in PARTS:
        runs += any_home.launch(agent, times=8)
        any_home.wait_for_status(runs[-8], "completed")
        _kill(workers, part)
    any_home.wait_for_all(within_s=90)
    assert any_home.count(pk__in=runs, status="completed") == len(runs)
    completed_once = [any_home.events(pk, "execution:completed") for pk in runs]
    assert completed_once == [1] * len(runs)
    begun = sum(any_home.execution(pk).attempt for pk in runs)
    assert len(runs) <= len(any_home.lines("ran")) <= begun


@pytest.mark.parametrize("part", PARTS)
def test_no_success_runs_again(home: Home, part: str) -> None:
    workers = home.start_worker()
    agent = home.agent("count", "echo x >> $HERE/ran")
    home.launch(agent, times=4)
    home.wait_for_all()
    _kill(workers, part)
    [after] = home.launch(agent)
    home.wait_for_status(after, "completed", within_s=60)
    assert len(home.lines("ran")) == 5


def test_the_whole_family_goes_with_the_worker_process(home: Home) -> None:
    """What its command had started is left to init; the next start, or the clock, ends it."""
    workers = home.start_worker()
    family = home.processes()
    [pk] = home.launch(home.agent("slow", "echo x >> $HERE/begun; sleep 100", read_only=False))
    eventually("it runs", lambda: home.lines("begun"))
    os.kill(workers.process.pid, signal.SIGKILL)
    workers.process.wait()
    eventually("no process of it is left", lambda: not family & home.processes(), within_s=10)
    home.start_worker()  # it settles what the dead one held, long before the lease runs out
    execution = home.wait_for_status(pk, "failed", within_s=10)
    assert "Its worker was killed." in execution.error_message
    assert len(family) == len(home.processes()) == 1 + 2 + 4
