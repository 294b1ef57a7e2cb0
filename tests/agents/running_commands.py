"""What the tests of commands share: running one, and asking whether a process is there."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from agents.commands import Command, CommandResult, run_command
from agents.stopping import Stop
from system.redaction import Redactor


def python(script: str, *args: object, timeout_s: float = 20, **more: object) -> Command:
    argv = [sys.executable, "-I", "-S", "-c", script, *map(str, args)]
    return Command(**{"argv": argv, "env": {}, "cwd": None, "timeout_s": timeout_s, **more})


def run(
    command: Command,
    *,
    stop: Stop | None = None,
    on_line: Callable[[str], None] = lambda line: None,
    on_idle: Callable[[], None] = lambda: None,
    redactor: Redactor | None = None,
    **more: float,
) -> CommandResult:
    return run_command(
        command,
        stop=stop or Stop(),
        on_line=on_line,
        on_idle=on_idle,
        redactor=redactor or Redactor(),
        **more,
    )


def exists(pid: int) -> bool:
    """Also true of a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pids_in(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def wait_until(condition: Callable[[], object], within_s: float = 10) -> None:
    give_up = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.01)
