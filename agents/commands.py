"""Running one command of an agent, and leaving nothing of it behind.

No shell, a clean environment, a session of its own. Whatever ends the command (itself, its time, a stop, or
an error of whoever reads its output), every process that descends from it is gone when `run_command` returns.
"""

import os
import selectors
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from signal import SIGKILL, SIGTERM
from typing import IO, Literal, Self, cast

from agents.command_output import CommandOutput
from agents.command_start import Command, CommandError, ProgramNotFound, start_command
from agents.probes.base import ToolOutput
from agents.process_tree import process_tree
from agents.stopping import Stop
from system.redaction import Redactor

__all__ = ["Command", "CommandError", "CommandResult", "ProgramNotFound", "run_command", "run_tool"]

KEEP_BYTES = 2**20
KILL_GRACE_S = 5.0
_KILL_LIMIT_S = 4.0  # SIGKILL is repeated for this long; only a process stuck in the kernel outlasts it
_IDLE_S = 0.1
_REAP_S = 5.0
_READ_BYTES = 65_536

Ended = Literal["exited", "timed_out", "stopped"]


@dataclass(frozen=True)
class CommandResult:
    """`exit_code` is None when a signal ended the command (then `signal`), or it was never started.

    `output` is stdout and stderr together, clean, redacted and bounded; `bytes_cut` of it are missing in the
    middle. `survivors_killed` counts the processes beside the first that had to be killed, `unkillable` those
    that even SIGKILL did not end.
    """

    exit_code: int | None
    signal: int | None
    output: str
    bytes_seen: int
    bytes_cut: int
    ended: Ended
    survivors_killed: int
    duration_ms: int
    unkillable: int = 0


def run_command(
    command: Command,
    *,
    stop: Stop,
    on_line: Callable[[str], None],
    on_idle: Callable[[], None],
    redactor: Redactor,
    keep_bytes: int = KEEP_BYTES,
    kill_grace_s: float = KILL_GRACE_S,
) -> CommandResult:
    """Run `command` to its end, its time-out or the stop; raises CommandError when it cannot be started.

    `on_line` gets each line of the first half of what is kept; `on_idle` is called at least every 100 ms.
    What either raises ends the command at once and is raised again.
    """
    if stop.is_set():
        return CommandResult(None, None, "", 0, 0, "stopped", 0, 0)
    started = time.monotonic()
    output = CommandOutput(redactor, on_line, keep_bytes)
    with _Run(command, output, on_idle) as run:
        ended = run.wait(stop, until=started + command.timeout_s)
        killed, unkillable = run.end_tree(kill_grace_s)
        run.drain()
        text = output.finish()
    code = run.exit_code
    return CommandResult(
        exit_code=code if code is not None and code >= 0 else None,
        signal=-code if code is not None and code < 0 else None,
        output=text,
        bytes_seen=output.bytes_seen,
        bytes_cut=output.bytes_cut,
        ended=ended,
        survivors_killed=killed,
        duration_ms=round((time.monotonic() - started) * 1000),
        unkillable=unkillable,
    )


def run_tool(argv: Sequence[str], timeout_s: float, *, stop: Stop, redactor: Redactor) -> ToolOutput:
    """A probe's helper program. Killed by a signal, its exit code is 128 and the signal's number.

    Raises FileNotFoundError when there is no such program, CommandError when it cannot be started,
    TimeoutError, and InterruptedError when the run is stopped.
    """
    command = Command(argv, env={}, cwd=None, timeout_s=timeout_s)
    result = run_command(command, stop=stop, on_line=_ignore, on_idle=_ignore, redactor=redactor)
    if result.ended == "timed_out":
        raise TimeoutError(f"{argv[0]} took longer than {timeout_s:g} s")
    if result.ended == "stopped":
        raise InterruptedError(f"{argv[0]} was stopped")
    code = 128 + (result.signal or 0) if result.exit_code is None else result.exit_code
    return ToolOutput(code, result.output)


def _ignore(*_: str) -> None:
    pass


class _Run:
    """The running command: its first process, its tree, and the pipe that they print to."""

    def __init__(self, command: Command, output: CommandOutput, on_idle: Callable[[], None]) -> None:
        self._output = output
        self._on_idle = on_idle
        self._tree = process_tree()
        self._process = start_command(command)
        self._tree.root = self._process.pid
        self._selector = selectors.DefaultSelector()
        self._pipe = cast("IO[bytes]", self._process.stdout)
        os.set_blocking(self._pipe.fileno(), False)
        self._selector.register(self._pipe, selectors.EVENT_READ)
        self._exit = _exit_notice(self._process.pid)
        if self._exit is not None:
            self._selector.register(self._exit, selectors.EVENT_READ)
        self._idle_at = self._reap_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not None:
            self._kill_now()
        self._selector.close()
        self._pipe.close()
        if self._exit is not None:
            os.close(self._exit)

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def wait(self, stop: Stop, *, until: float) -> Ended:
        while self._process.poll() is None:
            if stop.is_set():
                return "stopped"
            if (left := until - time.monotonic()) <= 0:
                return "timed_out"
            self._pump(left)
            if time.monotonic() - self._reap_at >= _REAP_S:
                self._reap_at = time.monotonic()
                self._tree.living()
        return "exited"

    def end_tree(self, grace_s: float) -> tuple[int, int]:
        """How many processes beside the first had to be killed, and how many are still there."""
        told: set[int] = set()
        term_until = time.monotonic() + grace_s
        pause_s = 0.001
        while (living := self._tree.living()) and time.monotonic() < term_until + _KILL_LIMIT_S:
            if time.monotonic() < term_until:
                self._tree.send([pid for pid in living if pid not in told], SIGTERM)
                pause_s = min(2 * pause_s, 0.05)
            else:  # as fast as can be: some may be forking
                self._tree.send(living, SIGKILL)
                pause_s = 0.001
            told.update(living)
            self._pump(pause_s)
            self._process.poll()
        return len(told - {self._process.pid}), len(living)

    def drain(self) -> None:
        """Read what is left in the pipe, of which no more is to come."""
        give_up = time.monotonic() + 1
        while not self._pipe.closed and self._read() and time.monotonic() < give_up:
            pass

    def _pump(self, wait_s: float) -> None:
        """Wait for output, the end of the first process or the next `on_idle`, whatever comes first."""
        tick_s = _IDLE_S if self._exit is not None else _IDLE_S / 5
        for key, _ in self._selector.select(min(wait_s, tick_s)):
            if key.fileobj is self._pipe:
                self._read()
            else:
                self._selector.unregister(key.fileobj)
        if time.monotonic() - self._idle_at >= _IDLE_S:
            self._on_idle()
            self._idle_at = time.monotonic()

    def _read(self) -> bool:
        try:
            chunk = os.read(self._pipe.fileno(), _READ_BYTES)
        except BlockingIOError:
            return False
        if chunk:
            self._output.feed(chunk)
        else:
            self._selector.unregister(self._pipe)
            self._pipe.close()
        return bool(chunk)

    def _kill_now(self) -> None:
        give_up = time.monotonic() + _KILL_LIMIT_S
        while (living := self._tree.living()) and time.monotonic() < give_up:
            self._tree.send(living, SIGKILL)
            time.sleep(0.005)
            self._process.poll()


def _exit_notice(pid: int) -> int | None:
    """A descriptor that becomes readable when the process ends; None where there is no such thing."""
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:  # before Linux 5.3, or forbidden by a sandbox
        return None
