import time

import pytest

from tests.faults.home import SHORT_WAITS, Home, eventually

GRACE_S = float(SHORT_WAITS["CLAUDEOPS_STOP_GRACE_SECONDS"])


def _stop(home: Home, script: str, *, read_only: bool) -> tuple[int, list[int], float]:
    """One runs and five wait when SIGTERM comes: the one, the five, and the seconds it took to stop."""
    workers = home.start_worker(CLAUDEOPS_WORKERS="1")
    first, *others = home.launch(home.agent("slow", script, read_only=read_only), times=6)
    eventually("one runs", lambda: home.lines("begun"))
    began = time.monotonic()
    workers.process.terminate()
    assert workers.process.wait(GRACE_S + 2) == 0
    return first, others, time.monotonic() - began


def test_one_that_is_done_in_time_completes_and_the_queued_survive(home: Home) -> None:
    first, others, took_s = _stop(home, "echo x >> $HERE/begun; sleep 1", read_only=False)
    assert home.execution(first).status == "completed"
    assert home.count(pk__in=others, status="pending", attempt=0) == 5
    assert took_s < GRACE_S
    assert home.lines("begun") == ["x"]
    home.start_worker()
    home.wait_for_all()
    assert home.count(status="completed") == 6


@pytest.mark.parametrize(("read_only", "status"), [(True, "pending"), (False, "failed")])
def test_one_that_is_not_is_settled_at_once(home: Home, *, read_only: bool, status: str) -> None:
    first, others, took_s = _stop(home, "echo x >> $HERE/begun; exec sleep 100", read_only=read_only)
    assert home.execution(first).status == status
    assert home.count(pk__in=others, status="pending", attempt=0) == 5
    assert took_s < GRACE_S + 1
    assert not home.processes()


def test_an_idle_one_stops_at_once(home: Home) -> None:
    workers = home.start_worker()
    began = time.monotonic()
    workers.process.terminate()
    assert workers.process.wait(5) == 0
    assert time.monotonic() - began < 3
