"""A probe's helper program gives its text and exit code, or the error that a probe expects."""

import sys

import pytest

from agents.commands import run_tool
from agents.probes.base import ToolOutput
from agents.stopping import Stop, StopReason
from system.redaction import Redactor


def tool(script: str, timeout_s: float = 10, stop: Stop | None = None) -> ToolOutput:
    argv = [sys.executable, "-I", "-S", "-c", script]
    return run_tool(argv, timeout_s, stop=stop or Stop(), redactor=Redactor(["planted-secret"]))


def test_text_and_exit_code() -> None:
    assert tool("print('a planted-secret'); raise SystemExit(4)") == ToolOutput(4, "a [redacted]\n")


def test_a_signal_is_128_and_its_number() -> None:
    assert tool("import os; os.kill(os.getpid(), 9)").exit_code == 137


def test_no_such_program() -> None:
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        run_tool(["no-such-program"], 1, stop=Stop(), redactor=Redactor())


def test_too_slow() -> None:
    with pytest.raises(TimeoutError, match=r"took longer than 0\.2 s"):
        tool("import time; time.sleep(60)", 0.2)


def test_stopped() -> None:
    stop = Stop()
    stop.request(StopReason.CANCELLED)
    with pytest.raises(InterruptedError):
        tool("print(1)", stop=stop)
