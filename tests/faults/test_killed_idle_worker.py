import os
import signal

import pytest

from tests.faults.home import Home, eventually


@pytest.mark.parametrize("victim", [0, 1])
def test_what_was_queued_runs_all_the_same(any_home: Home, victim: int) -> None:
    workers = any_home.start_worker()
    agent = any_home.agent("count", "echo x >> $HERE/ran")
    os.kill(workers.pool[victim], signal.SIGKILL)
    runs = any_home.launch(agent, times=20)
    any_home.wait_for_all(within_s=60)
    assert any_home.count(pk__in=runs, status="completed", attempt=1) == 20
    assert len(any_home.lines("ran")) == 20


def test_all_idle_workers_at_once(home: Home) -> None:
    workers = home.start_worker()
    agent = home.agent("count", "echo x >> $HERE/ran")
    for pid in workers.pool:
        os.kill(pid, signal.SIGKILL)
    runs = home.launch(agent, times=5)
    home.wait_for_all(within_s=60)
    assert home.count(pk__in=runs, status="completed", attempt=1) == 5
    eventually("the pool is complete again", workers.is_complete)
