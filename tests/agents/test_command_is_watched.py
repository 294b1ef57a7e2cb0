"""While a command runs its lines arrive one by one, and whoever waits is called often."""

import time
from itertools import pairwise

import pytest

from agents.stopping import Stop, StopReason
from tests.agents.running_commands import python, run

SLOW = """
import time
for n in range(4):
    print("line", n, flush=True)
    time.sleep(0.2)
"""


DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


def test_lines_arrive_when_they_are_printed() -> None:
    at: list[float] = []
    run(python(SLOW), on_line=lambda line: at.append(time.monotonic()))

    assert len(at) == 4
    assert all(later - earlier > 0.1 for earlier, later in pairwise(at))


@pytest.mark.parametrize("script", ["import time; time.sleep(60)", "while True: print('noise')"])
def test_idle_is_called_ten_times_a_second_in_silence_and_in_noise(script: str) -> None:
    at = [time.monotonic()]
    run(python(script, timeout_s=1), on_idle=lambda: at.append(time.monotonic()))

    assert 7 <= len(at) <= 15
    assert max(later - earlier for earlier, later in pairwise(at)) < 0.4


def test_idle_goes_on_while_the_tree_is_being_killed() -> None:
    stop = Stop()
    calls: list[int] = []
    run(
        python(DEAF),
        stop=stop,
        on_line=lambda line: stop.request(StopReason.CANCELLED),
        on_idle=lambda: calls.append(1),
        kill_grace_s=1,
    )
    assert len(calls) >= 8


def test_a_stop_is_heard_at_once() -> None:
    stop = Stop()
    asked: list[float] = []

    def ask() -> None:
        if not asked:
            asked.append(time.monotonic())
            stop.request(StopReason.CANCELLED)

    run(python("import time; time.sleep(60)"), stop=stop, on_idle=ask)
    assert time.monotonic() - asked[0] < 1


def test_long_lines_are_logged_in_pieces() -> None:
    lines: list[str] = []
    result = run(python("print('a' * 20000 + 'b'); print(); print('c')"), on_line=lines.append)

    assert [len(line) for line in lines] == [8192, 8192, 3617, 0, 1]
    assert "".join(lines) == "a" * 20000 + "bc"
    assert result.output == "a" * 20000 + "b\n\nc\n"
