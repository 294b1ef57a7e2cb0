import contextlib
import os
import select
import signal
from collections.abc import Iterable

STOPPING = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


class SignalBox:
    """Signals as messages: nothing runs inside a handler, so nothing can be interrupted half-way."""

    def __init__(self, *wanted: signal.Signals) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in wanted:
            signal.signal(number, lambda *_: None)

    def wait(self, seconds: float | None) -> frozenset[signal.Signals]:
        """The signals that have come, or come within `seconds`; None waits for ever."""
        select.select([self._read], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            return frozenset(map(signal.Signals, os.read(self._read, 4096)))
        return frozenset()


def reset_signals(numbers: Iterable[signal.Signals] = (*STOPPING, signal.SIGCHLD)) -> None:
    """In a forked child: as a program that was just started has them."""
    signal.set_wakeup_fd(-1)
    for number in numbers:
        signal.signal(number, signal.SIG_DFL)
