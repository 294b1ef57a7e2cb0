"""One claimed execution, from its first step to its end."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import Error as DatabaseTrouble

from agents.analysts.base import Known
from agents.configuration import (
    AnalysisStep,
    Configuration,
    ConfigurationError,
    Step,
    ValidationStep,
    WorkStep,
    parse_configuration,
)
from agents.findings.known import known_findings
from agents.models import AgentConfiguration
from agents.overrides import effective_config
from agents.runner.analysis import RunJournal, run_analysis
from agents.runner.heartbeat import Heartbeat
from agents.runner.log import LogBuffer
from agents.runner.outcome import Outcome
from agents.runner.received import received_evidence
from agents.runner.validation import run_validation
from agents.runner.work import KEEP_BYTES, Workshop, run_work
from agents.stopping import Stop, StopReason
from agents.versions.ran import note_ran
from executions.errors import ExecutionEnded, ExecutionNotRunning, LeaseLost
from executions.models import Execution, ExecutionStep, Status
from executions.services import Lease, Tracker
from system.redaction import default_redactor, redactor_for

logger = logging.getLogger(__name__)

# A cancelled run may still tidy up, but not for long: somebody is waiting for it to be gone.
CLEANUP_AFTER_STOP_S = 5.0


def run_claimed(lease: Lease) -> None:
    """Run it to its end. Nothing is raised: whatever goes wrong is told in the execution itself."""
    execution = Execution.objects.defer("raw_output", "ai_analysis").get(pk=lease.execution_id)
    tracker = lease.tracker()
    try:
        agent = AgentConfiguration.objects.get(agent_type=execution.agent_type)
        if not agent.enabled:
            _fail_quietly(
                tracker, f"The agent {agent.agent_type} was disabled before this run began (enabled)."
            )
            return
        configuration = parse_configuration(
            effective_config(agent, execution.execution_context.get("overrides"))
        )
        note_ran(lease, execution, agent)
        Run(execution, agent, configuration, lease).go()
    except AgentConfiguration.DoesNotExist:
        _fail_quietly(tracker, f"There is no agent {execution.agent_type!r} any more.")
    except ConfigurationError as error:
        _fail_quietly(tracker, f"The agent's configuration does not hold: {error}")
    except (LeaseLost, ExecutionEnded, ExecutionNotRunning) as error:
        logger.warning("execution %s is not ours any more: %s", execution.uid, error)
    except Exception as error:
        logger.exception("execution %s met a defect", execution.uid)
        _fail_quietly(tracker, f"A defect in ClaudeOps ended this run: {type(error).__name__}: {error}")


def _variables(configuration: Configuration) -> dict[str, str]:
    """What the steps' programs are given; a variable with a secret's name holds a secret."""
    return {
        name: value
        for step in configuration.steps
        if isinstance(step, WorkStep)
        for name, value in step.env.items()
    }


@contextmanager
def _limited_stop(seconds: float) -> Iterator[Stop]:
    """A stop of its own for what may still run after the run's has been asked for."""
    stop = Stop()
    timer = threading.Timer(seconds, stop.request, [StopReason.DEADLINE])
    timer.start()
    try:
        yield stop
    finally:
        timer.cancel()


def _fail_quietly(tracker: Tracker, error: str) -> None:
    try:
        tracker.fail(default_redactor().redact(error))
    except (LeaseLost, ExecutionEnded, ExecutionNotRunning):
        logger.warning("execution %s had been ended meanwhile", tracker.execution_id)


class Run:
    def __init__(
        self, execution: Execution, agent: AgentConfiguration, configuration: Configuration, lease: Lease
    ) -> None:
        self._execution = execution
        self._agent = agent
        self._configuration = configuration
        self._lease = lease
        self._tracker = lease.tracker()
        self._stop = Stop()
        self._log = LogBuffer(self._tracker)
        self._redactor = redactor_for(_variables(configuration))
        self._shop = Workshop(self._log, self._redactor, self._previous_data)
        self._outcomes: dict[str, Outcome] = {}
        self._failure = ""

    def go(self) -> None:
        steps = self._configuration.steps
        with self._tracker.batch() as change:
            for step in steps:
                change.add_step(step.name, step.type)
        with Heartbeat(self._lease, self._stop, self._agent.duration_limit_ms / 1000) as heartbeat:
            for number, step in enumerate(steps, start=1):
                if step.type == "cleanup":
                    self._clean_up(number, step)
                elif not self._failure and not self._stop.is_set():
                    self._take(number, step, self._stop)
            self._log.flush()
        self._end(heartbeat)

    def _take(self, number: int, step: Step, stop: Stop) -> None:
        effect = isinstance(step, WorkStep) and step.may_change_something
        self._tracker.start_step(number, has_effect=effect)
        outcome = self._outcome_of(number, step, stop)
        self._outcomes[step.name] = outcome
        self._log.flush()
        if outcome.skipped:
            self._tracker.skip_step(number, outcome.skipped, metadata=outcome.metadata)
        else:
            self._tracker.complete_step(
                number, output=outcome.output, error=outcome.error, metadata=outcome.metadata
            )
        if outcome.error and (outcome.ends_run or not step.continue_on_error):
            self._failure = self._failure or f"Step {number}, {step.name}: {outcome.error}"

    def _outcome_of(self, number: int, step: Step, stop: Stop) -> Outcome:
        """A defect in one step fails that step: cleanup and report are still due."""
        try:
            return self._done(number, step, stop)
        except (LeaseLost, ExecutionEnded, ExecutionNotRunning, DatabaseTrouble):
            raise
        except Exception as error:
            logger.exception("step %s of execution %s met a defect", number, self._execution.uid)
            return Outcome(
                error=self._redactor.redact(f"A defect in ClaudeOps: {type(error).__name__}: {error}")
            )

    def _done(self, number: int, step: Step, stop: Stop) -> Outcome:
        if isinstance(step, ValidationStep):
            return run_validation(step, self._outcomes)
        timeout_s = (step.timeout_ms or self._agent.timeout_ms) / 1000
        if isinstance(step, AnalysisStep):
            return self._analyse(number, timeout_s, stop)
        return run_work(step, number, timeout_s, stop, self._shop)

    def _analyse(self, number: int, timeout_s: float, stop: Stop) -> Outcome:
        evidence = received_evidence(self._execution.execution_context)
        evidence += [
            outcome.as_evidence(index, name)
            for index, (name, outcome) in enumerate(self._outcomes.items(), start=1)
            if outcome.report is None
        ]
        journal = RunJournal(self._agent, self._tracker, self._log, stop, number, self._redactor)
        return run_analysis(self._agent, self._configuration, evidence, journal, timeout_s, self._known())

    def _known(self) -> list[Known]:
        """Asked for only where somebody reads it."""
        if not self._configuration.analysis.asks_claude:
            return []
        return known_findings(self._execution.agent_type, self._execution.node_id, self._redactor)

    def _clean_up(self, number: int, step: Step) -> None:
        """Runs however the others ended; only a run that is not ours any more touches nothing."""
        if self._stop.reason == StopReason.FENCED:
            return
        if not self._stop.is_set():
            self._take(number, step, self._stop)
            return
        with _limited_stop(CLEANUP_AFTER_STOP_S) as limited:
            self._take(number, step, limited)

    def _previous_data(self, step_name: str) -> Mapping[str, Any] | None:
        steps = ExecutionStep.objects.filter(
            execution__agent_type=self._execution.agent_type,
            execution__node_id=self._execution.node_id,
            execution__status=Status.COMPLETED,
            step_name=step_name,
            status="completed",
        )
        metadata = steps.order_by("-execution_id").values_list("metadata", flat=True).first()
        return (metadata or {}).get("data")

    def _end(self, heartbeat: Heartbeat) -> None:
        reports = [outcome.report for outcome in self._outcomes.values() if outcome.report is not None]
        analysis = reports[-1].model_dump(mode="json") if reports else None
        kept: Any = {"ai_analysis": analysis, "raw_output": self._raw_output()}
        match self._stop.reason:
            case StopReason.FENCED:
                raise LeaseLost("the lease was lost while it ran")
            case StopReason.CANCELLED:
                self._tracker.cancel(by=heartbeat.cancelled_by)
            case StopReason.DEADLINE:
                limit = self._agent.duration_limit_ms
                self._tracker.fail(
                    f"It lasted longer than {limit} ms (max_duration_ms) and was stopped.", **kept
                )
            case _ if self._failure:
                self._tracker.fail(self._failure, **kept)
            case _:
                self._tracker.complete(**kept)

    def _raw_output(self) -> str:
        parts = [f"## {name}\n{outcome.output}" for name, outcome in self._outcomes.items() if outcome.output]
        return "\n\n".join(parts)[:KEEP_BYTES]
