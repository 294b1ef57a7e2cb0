"""What does not hear SIGTERM is killed when the grace is over; what does hear it may finish."""

import time
from pathlib import Path

from tests.agents.running_commands import exists, pids_in, python, run

DEAF = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0 and os.fork() == 0: os.setsid()
with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()}\\n")
time.sleep(300)
"""

POLITE = """
import signal, sys, time
def leave(*_):
    print("tidied up", flush=True)
    sys.exit(7)
signal.signal(signal.SIGTERM, leave)
print("ready", flush=True)
time.sleep(300)
"""

# Each generation lives a millisecond, in a session of its own, and hears no SIGTERM.
HOPPING = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
end = time.monotonic() + 60
if os.fork():
    time.sleep(300)
while time.monotonic() < end:
    if os.fork(): os._exit(0)
    os.setsid()
    with open(sys.argv[1], "w") as file: file.write(str(os.getpid()))
    time.sleep(0.001)
"""


def test_deaf_processes_are_gone_soon_after_the_grace(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    result = run(python(DEAF, pids, timeout_s=1), kill_grace_s=1)

    assert (result.ended, result.signal, result.survivors_killed) == ("timed_out", 9, 2)
    assert 2000 <= result.duration_ms < 3500
    assert len(pids_in(pids)) == 3
    assert not any(map(exists, pids_in(pids)))


def test_who_hears_it_tidies_up_and_is_not_waited_for_longer() -> None:
    result = run(python(POLITE, timeout_s=1), kill_grace_s=5)

    assert (result.ended, result.exit_code, result.signal) == ("timed_out", 7, None)
    assert result.output == "ready\ntidied up\n"
    assert result.duration_ms < 3000


def test_a_stopped_process_hears_it_too() -> None:
    script = POLITE.replace("time.sleep(300)", "import os; os.kill(os.getpid(), signal.SIGSTOP)")
    result = run(python(script, timeout_s=1), kill_grace_s=5)

    assert (result.exit_code, result.output) == (7, "ready\ntidied up\n")
    assert result.duration_ms < 3000


def test_one_that_hops_from_pid_to_pid_is_caught(tmp_path: Path) -> None:
    last = tmp_path / "pid"
    result = run(python(HOPPING, last, timeout_s=1), kill_grace_s=0.5)

    assert (result.ended, result.unkillable) == ("timed_out", 0)
    assert result.duration_ms < 5000
    before = last.read_text()
    time.sleep(0.2)  # 100 generations
    assert last.read_text() == before
