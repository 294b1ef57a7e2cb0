"""A probe's context on the machine that runs the tests: real programs, and a log that can be read back."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agents.probes.base import ProbeContext, ToolOutput
from agents.stopping import Stop


def run_tool(argv: Sequence[str], timeout_s: float) -> ToolOutput:
    try:
        done = subprocess.run(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"{argv[0]} took more than {timeout_s:g} s") from error
    return ToolOutput(done.returncode, done.stdout.decode("utf-8", "replace"))


def on_this_machine(
    *,
    previous: Mapping[str, Any] | None = None,
    stop: Stop | None = None,
    log: Callable[[str], None] = lambda message: None,
    tools: Callable[[Sequence[str], float], ToolOutput] = run_tool,
) -> ProbeContext:
    return ProbeContext(run_tool=tools, log=log, stop=stop or Stop(), previous=previous)


def answering(exit_code: int, text: str) -> Callable[[Sequence[str], float], ToolOutput]:
    """Stands for a program that this machine may not have; `text` is what the real one printed elsewhere."""
    return lambda argv, timeout_s: ToolOutput(exit_code, text)


def no_such_tool(argv: Sequence[str], timeout_s: float) -> ToolOutput:
    raise FileNotFoundError(argv[0])
