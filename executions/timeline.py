"""The steps of an execution on one scale of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.db.models.functions import Length, Substr
from django.utils import timezone

from executions.models import Execution, ExecutionStep, StepStatus

SHOWN_OUTPUT = 20_000
NARROWEST = 0.4  # percent: what took no time is seen all the same
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class TimedStep:
    """`begin` and `width` are percent of what the execution took, or has taken so far."""

    step: ExecutionStep
    begin: float
    width: float

    @property
    def is_running(self) -> bool:
        return self.step.status == StepStatus.RUNNING


def timeline_of(execution: Execution) -> list[TimedStep]:
    """In order. Each step has the beginning of its output as `shown`, and the whole's `output_length`."""
    start = execution.started_at
    end = execution.completed_at or timezone.now()
    return [_timed(step, start, max(end - start, INSTANT), end) for step in _steps_of(execution)]


def _timed(step: ExecutionStep, start: datetime, whole: timedelta, end: datetime) -> TimedStep:
    if step.started_at is None:
        return TimedStep(step, 0, 0)
    begin = _percent(step.started_at - start, whole)
    width = _percent((step.completed_at or end) - step.started_at, whole)
    return TimedStep(step, min(begin, 100 - NARROWEST), max(NARROWEST, min(width, 100 - begin)))


def _percent(part: timedelta, whole: timedelta) -> float:
    return round(min(100.0, max(0.0, part / whole * 100)), 2)


def _steps_of(execution: Execution) -> QuerySet[ExecutionStep]:
    steps = execution.steps.order_by("step_number").defer("output")
    return steps.annotate(shown=Substr("output", 1, SHOWN_OUTPUT), output_length=Length("output"))
