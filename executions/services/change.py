from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.utils import timezone

from executions.errors import ExecutionEnded, LeaseLost
from executions.models import EventName, Execution, Status, StepStatus, StepType
from executions.services.events import NewEvent, insert_events, started_event
from executions.services.rollups import add_ended, add_late_cost
from executions.services.state import State
from executions.services.steps import StepBook
from executions.text import without_nul
from system.money import text_of
from system.statements import update_rows

LogLevel = Literal["debug", "info", "warn", "error"]
CANCELLED_MESSAGE = "Execution cancelled by user"
CANCELLED_EXIT_CODE = 130


def milliseconds(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds() * 1000))


class Change:
    """What one transaction does to one execution: collected first, checked as it is, then written at once.

    Made by Tracker.batch(); `at` everywhere is when the thing happened (now, if it is left out).
    """

    def __init__(self, state: State, *, is_new: bool = False) -> None:
        self.state = state
        self._was = state.status
        self._steps = StepBook(state.id, is_new=is_new)
        self._events: list[NewEvent] = []
        self._fields: dict[str, Any] = {}
        self._cost = Decimal(0)
        self._tokens = 0

    def _require_open(self) -> None:
        if self.state.has_ended:
            raise ExecutionEnded(
                f"Execution {self.state.uid} is {self.state.status} already; nothing was changed."
            )

    def _event(self, event: EventName, at: datetime, key: str | None, **data: Any) -> None:
        self._events.append(NewEvent(event, at, data, key))

    def announce_start(self) -> None:
        """The first event of a run that is running from the moment it is written."""
        state = self.state
        self._events.append(started_event(state.started_at, state.agent_type, state.attempt))

    def extend_lease(self, until: datetime) -> None:
        if self.state.status == Status.RUNNING:
            self._fields["lease_until"] = until

    def add_step(
        self,
        name: str,
        step_type: str = StepType.COMMAND,
        *,
        number: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        at: datetime | None = None,
        key: str | None = None,
    ) -> int:
        """Add a pending step; its number is the next one unless given. Returns the number."""
        self._require_open()
        at = at or timezone.now()
        step = self._steps.add(number, name, step_type, metadata or {}, at)
        self._event(
            EventName.STEP_ADDED, at, key, step_number=step.step_number, step_name=step.step_name,
            step_type=step.step_type,
        )  # fmt: skip
        return step.step_number

    def start_step(
        self, number: int, *, has_effect: bool = False, at: datetime | None = None, key: str | None = None
    ) -> None:
        """`has_effect`: from here on the run may have changed something, and is not repeated by itself."""
        self._require_open()
        at = at or timezone.now()
        step = self._steps.start(number, at)
        if has_effect and self.state.effect_step is None:
            self.state.effect_step = self._fields["effect_step"] = number
        self._event(EventName.STEP_STARTED, at, key, step_number=number, step_name=step.step_name)

    def complete_step(
        self,
        number: int,
        *,
        output: str = "",
        error: str = "",
        metadata: Mapping[str, Any] | None = None,
        at: datetime | None = None,
        key: str | None = None,
    ) -> None:
        """With `error` the step has failed."""
        status = StepStatus.FAILED if error else StepStatus.COMPLETED
        self._finish_step(number, status, output, error, metadata, at, key)

    def skip_step(
        self,
        number: int,
        reason: str,
        *,
        metadata: Mapping[str, Any] | None = None,
        at: datetime | None = None,
        key: str | None = None,
    ) -> None:
        self._finish_step(number, StepStatus.SKIPPED, "", reason, metadata, at, key)

    def _finish_step(
        self,
        number: int,
        status: StepStatus,
        output: str,
        error: str,
        metadata: Mapping[str, Any] | None,
        at: datetime | None,
        key: str | None,
    ) -> None:
        self._require_open()
        at = at or timezone.now()
        step = self._steps.finish(number, status, at, output=output, error=error, metadata=metadata or {})
        self._event(
            EventName.STEP_COMPLETED, at, key, step_number=number, step_name=step.step_name,
            status=status.value, success=status != StepStatus.FAILED, duration_ms=step.duration_ms,
            error=step.error_message, output=step.output[:2000],
        )  # fmt: skip

    def add_log(
        self,
        message: str,
        level: LogLevel = "info",
        *,
        step_number: int | None = None,
        at: datetime | None = None,
        key: str | None = None,
    ) -> None:
        self._require_open()
        at = at or timezone.now()
        self._event(
            EventName.LOG, at, key, timestamp=at.isoformat(), level=level, message=message,
            step_number=step_number,
        )  # fmt: skip

    def add_cost(
        self,
        cost_usd: Decimal | None,
        tokens: int,
        *,
        model: str,
        at: datetime | None = None,
        key: str | None = None,
    ) -> None:
        """Add to the totals; None is an amount that nobody knows (an unpriced model)."""
        self._cost += cost_usd or 0
        self._tokens += tokens
        if cost_usd is not None:
            self._fields["cost_usd"] = self._total_cost()
        self._fields["tokens_used"] = self._total_tokens()
        shown = None if cost_usd is None else text_of(cost_usd)
        self._event(
            EventName.COST_RECORDED, at or timezone.now(), key, cost=shown, tokens=tokens, model=model
        )

    def complete(
        self,
        *,
        success: bool = True,
        error: str = "",
        exit_code: int | None = None,
        result_summary: str = "",
        ai_analysis: Mapping[str, Any] | None = None,
        raw_output: str = "",
        at: datetime | None = None,
        key: str | None = None,
    ) -> None:
        """End it by itself: completed, or failed with `error`. Exit code 0 or 1 unless given."""
        at = at or timezone.now()
        error = without_nul(error) or ("" if success else "The agent said that it did not succeed.")
        status = Status.COMPLETED if success else Status.FAILED
        summary = without_nul(result_summary) or (
            self._summary() if success else f"Execution failed: {error}"
        )
        code = exit_code if exit_code is not None else (0 if success else 1)
        self._end(status, at, code, summary, error)
        self._keep(ai_analysis, raw_output)
        self._event(
            EventName.COMPLETED, at, key, success=success, status=status.value, error=error,
            duration_ms=self._fields["duration_ms"], cost=self._cost_text(), exit_code=code,
            result_summary=summary,
        )  # fmt: skip

    def fail(
        self,
        error: str,
        exit_code: int = 1,
        *,
        ai_analysis: Mapping[str, Any] | None = None,
        raw_output: str = "",
        at: datetime | None = None,
        key: str | None = None,
    ) -> None:
        """End it as failed. What an analyst had written before is kept."""
        at = at or timezone.now()
        error = without_nul(error) or "The agent gave no reason."
        self._end(Status.FAILED, at, exit_code, f"Execution failed: {error}", error)
        self._keep(ai_analysis, raw_output)
        self._event(
            EventName.FAILED,
            at,
            key,
            error=error,
            exit_code=exit_code,
            duration_ms=self._fields["duration_ms"],
        )

    def cancel(self, *, by: str = "", at: datetime | None = None, key: str | None = None) -> None:
        at = at or timezone.now()
        self._end(Status.CANCELLED, at, CANCELLED_EXIT_CODE, CANCELLED_MESSAGE, CANCELLED_MESSAGE)
        self._event(
            EventName.CANCELLED, at, key, by=by, exit_code=CANCELLED_EXIT_CODE,
            duration_ms=self._fields["duration_ms"],
        )  # fmt: skip

    def requeue(self, reason: str) -> None:
        """Back to pending after its worker was lost; only for a run that has not begun an effect."""
        now = timezone.now()
        self.state.status = Status.PENDING
        self._fields |= {"lease_token": None, "lease_until": None, "lease_owner": "", "queued_at": now}
        self._fields["status"] = Status.PENDING
        self.add_log(reason, "warn", at=now)

    def _is_unpriced(self) -> bool:
        """Tokens were used, and no price of any is known: not free, but unknown."""
        known = self.state.cost_usd is not None or "cost_usd" in self._fields
        return not known and self._total_tokens() > 0

    def _cost_text(self) -> str | None:
        return None if self._is_unpriced() else text_of(self._total_cost())

    def _total_cost(self) -> Decimal:
        return (self.state.cost_usd or Decimal(0)) + self._cost

    def _total_tokens(self) -> int:
        return (self.state.tokens_used or 0) + self._tokens

    def _summary(self) -> str:
        """Row 45 of the seed."""
        parts = [
            "Cost: unpriced" if self._is_unpriced() else f"Cost: ${self._total_cost():.4f}",
            f"Tokens: {self._total_tokens()}",
            f"Steps: {self._steps.count()}",
        ]
        return " | ".join(["Execution completed successfully", *parts])

    def _keep(self, ai_analysis: Mapping[str, Any] | None, raw_output: str) -> None:
        if ai_analysis is not None:
            self._fields["ai_analysis"] = without_nul(dict(ai_analysis))
        if raw_output:
            self._fields["raw_output"] = without_nul(raw_output)

    def _end(self, status: Status, at: datetime, exit_code: int, summary: str, error: str) -> None:
        self._require_open()
        started = self.state.started_at
        at = max(at, started)
        self._steps.close_open(at, f"The execution was {status.value} before this step was done.")
        self.state.status = status
        self.state.completed_at = at
        self._fields |= {
            "status": status,
            "completed_at": at,
            "duration_ms": milliseconds(started, at),
            "exit_code": exit_code,
            "result_summary": summary,
            "error_message": error if status != Status.COMPLETED else "",
            "lease_token": None,
            "lease_until": None,
        }
        if not self._total_tokens():  # nothing was asked of a model: free, not unknown
            self._fields |= {"cost_usd": self._total_cost(), "tokens_used": 0}

    def save(self, lease_token: Any) -> None:
        """Write everything; the UPDATE names the state it leaves and the lease it holds."""
        if not self._events and not self._fields:
            return
        first = self.state.event_count + 1
        where = {"id": self.state.id, "status": self._was}
        if self._was == Status.RUNNING:
            where["lease_token"] = lease_token
        self._fields |= {
            "event_count": self.state.event_count + len(self._events),
            "updated_at": timezone.now(),
        }
        if update_rows(Execution, where, self._fields) != 1:
            raise LeaseLost(f"The lease on execution {self.state.uid} was lost; nothing was changed.")
        self._steps.save()
        if self.state.has_ended:
            self._count()
        insert_events(self.state.id, first, self._events)

    def _count(self) -> None:
        state = self.state
        if state.completed_at is None:
            return
        if self._was in (Status.PENDING, Status.RUNNING):
            add_ended(
                ended_at=state.completed_at,
                agent_type=state.agent_type,
                node_id=state.node_id,
                status=state.status,
                started_at=state.started_at,
                duration_ms=self._fields["duration_ms"],
                cost_usd=self._total_cost(),
                tokens_used=self._total_tokens(),
            )
        else:
            add_late_cost(
                ended_at=state.completed_at,
                agent_type=state.agent_type,
                node_id=state.node_id,
                status=state.status,
                cost_usd=self._cost,
                tokens_used=self._tokens,
            )
