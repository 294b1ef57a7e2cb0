"""Command and cleanup steps: a program in a process tree of its own, or a probe."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings

from agents.commands import Command, CommandError, CommandResult, run_command, run_tool
from agents.configuration import WorkStep
from agents.probes import PROBES
from agents.probes.base import ProbeContext, ProbeResult, ToolOutput
from agents.runner.log import LogBuffer
from agents.runner.outcome import Outcome
from agents.stopping import Stop, StopReason
from system.redaction import Redactor, redacted

KEEP_BYTES = 2**20
KEEP_DATA_BYTES = 256 * 1024
KILL_MARGIN_S = 3.0  # what a killed tool may need beyond its grace before the run goes on without it


@dataclass(frozen=True)
class Workshop:
    """What a step of work is done with."""

    log: LogBuffer
    redactor: Redactor
    previous: Callable[[str], Mapping[str, Any] | None]  # the data of a step of that name in the last run


def run_work(step: WorkStep, number: int, timeout_s: float, stop: Stop, shop: Workshop) -> Outcome:
    if step.argv is not None:
        return _run_program(step, number, timeout_s, stop, shop)
    return _run_probe(step, number, timeout_s, stop, shop)


def _run_program(step: WorkStep, number: int, timeout_s: float, stop: Stop, shop: Workshop) -> Outcome:
    command = Command(argv=step.argv or [], env=step.env, cwd=step.cwd, timeout_s=timeout_s)
    try:
        result = run_command(
            command,
            stop=stop,
            on_line=lambda line: shop.log.add(line, "info", number),
            on_idle=shop.log.flush_if_due,
            redactor=shop.redactor,
            kill_grace_s=settings.KILL_GRACE_SECONDS,
        )
    except CommandError as error:
        return Outcome(error=str(error))
    if result.survivors_killed:
        shop.log.add(f"{result.survivors_killed} process(es) it left behind were killed", "warn", number)
    return Outcome(output=result.output, error=_complaint(step, result, timeout_s))


def _complaint(step: WorkStep, result: CommandResult, timeout_s: float) -> str:
    if result.ended == "timed_out":
        return f"It did not end within {timeout_s:g} s (timeout_ms) and was killed with all it had started."
    if result.ended == "stopped":
        return "It was stopped, with all it had started."
    if result.signal is not None:
        return f"It was killed by signal {result.signal}."
    if result.exit_code not in step.exit_codes:
        expected = ", ".join(map(str, step.exit_codes))
        return f"It ended with exit code {result.exit_code}; expected was {expected}."
    return ""


class _ProbeThread(threading.Thread):
    """A probe can hang in the kernel (a dead network mount): nothing ends it then, it is left there."""

    def __init__(self, collect: Callable[[], ProbeResult]) -> None:
        super().__init__(name="probe", daemon=True)
        self._collect = collect
        self.result: ProbeResult | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self._collect()
        except BaseException as error:  # noqa: BLE001 (handed to the run's thread, which raises it)
            self.error = error

    def wait(self, timeout_s: float, stop: Stop, on_idle: Callable[[], None]) -> ProbeResult | None:
        """None if it took too long or was stopped."""
        waited = 0.0
        while self.is_alive() and waited < timeout_s and not stop.is_set():
            self.join(0.05)
            waited += 0.05
            on_idle()
        if self.error is not None:
            raise self.error
        return self.result


def _run_probe(step: WorkStep, number: int, timeout_s: float, stop: Stop, shop: Workshop) -> Outcome:
    probe = PROBES[str(step.probe)]
    params = probe.params_model.model_validate(step.params)

    # Of its own: a probe that takes too long is stopped, with its tools, while the run goes on.
    own_stop = Stop()

    def tool(argv: Sequence[str], limit_s: float) -> ToolOutput:
        return run_tool(argv, limit_s, stop=own_stop, redactor=shop.redactor)

    context = ProbeContext(
        run_tool=tool,
        log=lambda message: shop.log.add(shop.redactor.redact(message), "info", number),
        stop=own_stop,
        previous=shop.previous(step.name),
    )
    thread = _ProbeThread(lambda: probe.collect(params, context))
    thread.start()
    try:
        result = thread.wait(timeout_s, stop, shop.log.flush_if_due)
    except OSError as error:  # TimeoutError is one
        return Outcome(error=shop.redactor.redact(f"The probe could not look: {error}"), probe=step.probe)
    if result is None:
        own_stop.request(stop.reason or StopReason.DEADLINE)
        thread.join(settings.KILL_GRACE_SECONDS + KILL_MARGIN_S)
        why = (
            "It was stopped."
            if stop.is_set()
            else f"The probe took longer than {timeout_s:g} s (timeout_ms)."
        )
        return Outcome(error=why, probe=step.probe)
    if result.skipped:
        return Outcome(skipped=result.skipped, probe=step.probe)
    return Outcome(
        output=_bounded(shop.redactor.redact(result.text)),
        probe=step.probe,
        data=_bounded_data(redacted(result.data, shop.redactor)),
    )


def _bounded(text: str) -> str:
    if len(text) <= KEEP_BYTES:
        return text
    return f"{text[:KEEP_BYTES]}\n… {len(text) - KEEP_BYTES} characters cut …"


def _bounded_data(data: dict[str, Any]) -> dict[str, Any]:
    size = len(orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS))
    if size <= KEEP_DATA_BYTES:
        return data
    return {"cut": f"{size} bytes of measurements; more than {KEEP_DATA_BYTES} are not kept"}
