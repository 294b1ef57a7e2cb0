"""However a command ends, and however its descendants detached, none of them outlives it."""

from pathlib import Path

import pytest

from agents.stopping import Stop, StopReason
from tests.agents.running_commands import exists, pids_in, python, run

# Leaves five sleepers: in its process group, in a session of its own, orphaned by a double fork, orphaned
# with a session of its own, and that with an empty environment. Each writes its pid to argv[1].
DETACHING = """
import os, sys, time
def sleeper(*, orphaned, session, env):
    if os.fork() == 0:
        if session: os.setsid()
        if orphaned and os.fork(): os._exit(0)
        with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()}\\n")
        os.execvpe("sleep", ["sleep", "300"], env)
sleeper(orphaned=False, session=False, env=os.environ)
sleeper(orphaned=False, session=True, env=os.environ)
sleeper(orphaned=True, session=False, env=os.environ)
sleeper(orphaned=True, session=True, env=os.environ)
sleeper(orphaned=True, session=True, env={"PATH": os.environ["PATH"]})
while not os.path.exists(sys.argv[1]) or len(open(sys.argv[1]).readlines()) < 5: time.sleep(0.01)
print("ready", flush=True)
time.sleep(float(sys.argv[2]))
print("done")
"""


@pytest.fixture
def sleepers(tmp_path: Path) -> Path:
    return tmp_path / "pids"


def assert_gone(sleepers: Path) -> None:
    pids = pids_in(sleepers)
    assert len(pids) == 5
    assert [pid for pid in pids if exists(pid)] == []


def test_after_a_normal_exit(sleepers: Path) -> None:
    result = run(python(DETACHING, sleepers, 0))

    assert (result.ended, result.exit_code, result.survivors_killed) == ("exited", 0, 5)
    assert result.output == "ready\ndone\n"
    assert_gone(sleepers)


def test_after_its_time(sleepers: Path) -> None:
    result = run(python(DETACHING, sleepers, 300, timeout_s=1))

    assert (result.ended, result.exit_code, result.signal) == ("timed_out", None, 15)
    assert result.survivors_killed == 5
    assert result.output == "ready\n"
    assert 1000 <= result.duration_ms < 4000
    assert_gone(sleepers)


def test_after_a_stop(sleepers: Path) -> None:
    stop = Stop()
    result = run(
        python(DETACHING, sleepers, 300), stop=stop, on_line=lambda line: stop.request(StopReason.CANCELLED)
    )

    assert (result.ended, result.signal, result.output) == ("stopped", 15, "ready\n")
    assert_gone(sleepers)


def test_after_an_error_of_whoever_reads_it(sleepers: Path) -> None:
    def fail(line: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(python(DETACHING, sleepers, 300), on_line=fail)
    assert_gone(sleepers)


def test_a_stop_before_the_start_starts_nothing(sleepers: Path) -> None:
    stop = Stop()
    stop.request(StopReason.CANCELLED)
    result = run(python(DETACHING, sleepers, 0), stop=stop)

    assert (result.ended, result.exit_code, result.signal) == ("stopped", None, None)
    assert not sleepers.exists()
