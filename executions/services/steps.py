from collections.abc import Mapping
from datetime import datetime
from typing import Any

from executions.errors import StepConflict, StepNotFound
from executions.models import ExecutionStep, StepStatus
from executions.text import without_nul
from system.statements import insert_rows, select_rows, update_rows

# All but the output, which may be large.
READ = ("id", "step_number", "step_name", "step_type", "status", "started_at", "metadata")
INSERTED = (
    "execution_id", "step_number", "step_name", "step_type", "status", "started_at", "completed_at",
    "duration_ms", "output", "error_message", "metadata", "created_at", "updated_at",
)  # fmt: skip


class StepBook:
    """The steps of one execution during one change: read as needed, checked here, written once by `save`."""

    def __init__(self, execution_id: int, *, is_new: bool = False) -> None:
        """`is_new`: of an execution that has no steps yet, so that nothing need be read."""
        self._execution_id = execution_id
        self._stored_numbers: set[int] | None = set() if is_new else None
        self._known: dict[int, ExecutionStep] = {}
        self._new: list[ExecutionStep] = []
        self._changes: dict[int, dict[str, Any]] = {}

    def get(self, number: int) -> ExecutionStep:
        if number not in self._known:
            found = self._read(step_number=number)
            if not found:
                raise StepNotFound(f"There is no step {number}.", field="step_number")
            self._known[number] = found[0]
        return self._known[number]

    def _read(self, **where: Any) -> list[ExecutionStep]:
        if self._stored_numbers == set():
            return []
        rows = select_rows(ExecutionStep, READ, {"execution_id": self._execution_id, **where})
        return [
            ExecutionStep(execution_id=self._execution_id, **dict(zip(READ, row, strict=True)))
            for row in rows
        ]

    def _numbers(self) -> set[int]:
        if self._stored_numbers is None:
            rows = select_rows(ExecutionStep, ("step_number",), {"execution_id": self._execution_id})
            self._stored_numbers = {number for (number,) in rows}
        return self._stored_numbers

    def add(
        self, number: int | None, name: str, step_type: str, metadata: Mapping[str, Any], at: datetime
    ) -> ExecutionStep:
        taken = self._numbers() | self._known.keys()
        if number is None:
            number = max(taken, default=0) + 1
        elif number in taken:
            raise StepConflict(f"Step {number} is there already.", field="step_number")
        step = ExecutionStep(
            execution_id=self._execution_id,
            step_number=number,
            step_name=without_nul(name),
            step_type=step_type,
            metadata=without_nul(dict(metadata)),
            created_at=at,
            updated_at=at,
        )
        self._known[number] = step
        self._new.append(step)
        return step

    def start(self, number: int, at: datetime) -> ExecutionStep:
        return self._move(number, {StepStatus.PENDING}, {"status": StepStatus.RUNNING, "started_at": at}, at)

    def finish(
        self,
        number: int,
        status: StepStatus,
        at: datetime,
        *,
        output: str,
        error: str,
        metadata: Mapping[str, Any],
    ) -> ExecutionStep:
        changes: dict[str, Any] = {
            "status": status,
            "completed_at": at,
            "output": without_nul(output),
            "error_message": without_nul(error),
        }
        step = self.get(number)
        if step.started_at is not None:
            changes["duration_ms"] = max(0, round((at - step.started_at).total_seconds() * 1000))
        if metadata:
            changes["metadata"] = {**step.metadata, **without_nul(dict(metadata))}
        return self._move(number, {StepStatus.PENDING, StepStatus.RUNNING}, changes, at)

    def _move(
        self, number: int, leaves: set[StepStatus], changes: Mapping[str, Any], at: datetime
    ) -> ExecutionStep:
        step = self.get(number)
        if step.status not in leaves:
            raise StepConflict(
                f"Step {number} is {step.status}; it cannot become {changes['status'].value} now.",
                field="step_number",
            )
        for name, value in {**changes, "updated_at": at}.items():
            setattr(step, name, value)
            if step.pk is not None:
                self._changes.setdefault(step.pk, {})[name] = value
        return step

    def close_open(self, at: datetime, reason: str) -> None:
        """An execution that ends leaves no step running or pending behind."""
        for status in (StepStatus.PENDING, StepStatus.RUNNING):
            for step in self._read(status=status):
                self._known.setdefault(step.step_number, step)
        for number, step in self._known.items():
            if step.status == StepStatus.PENDING:
                self.finish(number, StepStatus.SKIPPED, at, output="", error=reason, metadata={})
            elif step.status == StepStatus.RUNNING:
                self.finish(number, StepStatus.FAILED, at, output="", error=reason, metadata={})

    def count(self) -> int:
        return len(self._numbers()) + len(self._new)

    def save(self) -> None:
        insert_rows(
            ExecutionStep, INSERTED, ([getattr(step, name) for name in INSERTED] for step in self._new)
        )
        for step_id, changes in self._changes.items():
            update_rows(ExecutionStep, {"id": step_id}, changes)
