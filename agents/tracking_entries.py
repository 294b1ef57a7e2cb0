"""What an agent that runs elsewhere reports: one entry for each thing that happened, applied in order."""

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import timezone
from pydantic import AfterValidator, Field

from agents.reports import Report
from agents.schemas import DedupeKey
from costs.services import record_cost
from executions.models import Status, StepType, Trigger
from executions.services import Change
from system.errors import Invalid
from system.redaction import default_redactor, redacted
from system.wire import BIGGEST, In, Line, Moment, NodeId, Out, Slug

ENTRIES_AT_ONCE = 1000
AHEAD_AT_MOST = timedelta(days=1)
_KIB = 1024
_INT = 2**31 - 1


def _not_in_the_future(at: datetime) -> datetime:
    if at > timezone.now() + AHEAD_AT_MOST:
        raise ValueError("must not lie in the future: look at the clock of the machine that reports it")
    return at


def _without_secrets(value: Any) -> Any:
    return redacted(value, default_redactor())


Happened = Annotated[Moment, AfterValidator(_not_in_the_future)]
Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Field(ge=1, le=_INT)]
Short = Annotated[str, Field(max_length=64 * _KIB), AfterValidator(_without_secrets)]
Long = Annotated[str, Field(max_length=_KIB * _KIB), AfterValidator(_without_secrets)]
Data = Annotated[dict[str, Any], AfterValidator(_without_secrets)]


class Entry(In):
    """`key` makes it happen once: an entry whose key the execution has already is passed over.

    `at` is when it happened; if it is left out, when the call came.
    """

    key: Key | None = None
    at: Happened | None = None

    @abstractmethod
    def apply(self, change: Change, at: datetime) -> bool:
        """Do it as of `at`; False when it had been done already."""


class StepAdd(Entry):
    """A step to come; its number is the next one unless given."""

    type: Literal["step.add"]
    step_name: Annotated[Line, AfterValidator(_without_secrets)]
    step_type: Annotated[StepType, Field(strict=False)] = StepType.COMMAND
    step_number: Number | None = None
    metadata: Data = {}

    def apply(self, change: Change, at: datetime) -> bool:
        change.add_step(
            self.step_name,
            self.step_type,
            number=self.step_number,
            metadata=self.metadata,
            at=at,
            key=self.key,
        )
        return True


class StepStart(Entry):
    type: Literal["step.start"]
    step_number: Number

    def apply(self, change: Change, at: datetime) -> bool:
        change.start_step(self.step_number, at=at, key=self.key)
        return True


class StepComplete(Entry):
    """With `error` the step has failed."""

    type: Literal["step.complete"]
    step_number: Number
    output: Long = ""
    error: Short = ""
    metadata: Data = {}

    def apply(self, change: Change, at: datetime) -> bool:
        change.complete_step(
            self.step_number,
            output=self.output,
            error=self.error,
            metadata=self.metadata,
            at=at,
            key=self.key,
        )
        return True


class StepSkip(Entry):
    type: Literal["step.skip"]
    step_number: Number
    reason: Short = ""

    def apply(self, change: Change, at: datetime) -> bool:
        change.skip_step(self.step_number, self.reason, at=at, key=self.key)
        return True


class Log(Entry):
    type: Literal["log"]
    message: Short
    level: Literal["debug", "info", "warn", "error"] = "info"
    step_number: Number | None = None

    def apply(self, change: Change, at: datetime) -> bool:
        change.add_log(self.message, self.level, step_number=self.step_number, at=at, key=self.key)
        return True


class Cost(Entry):
    """One billed request; `usage` as the API gave it. The same `request_id` is recorded once."""

    type: Literal["cost"]
    model: Annotated[
        str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$"), AfterValidator(_without_secrets)
    ]
    usage: Data
    request_id: Annotated[Key, AfterValidator(_without_secrets)] | None = None
    response_time_ms: Annotated[int, Field(ge=0, le=BIGGEST)] | None = None
    is_complete: bool = True

    def apply(self, change: Change, at: datetime) -> bool:
        try:
            record = record_cost(
                change,
                model=self.model,
                usage=self.usage,
                request_id=self.request_id,
                response_time_ms=self.response_time_ms,
                is_complete=self.is_complete,
                at=at,
                key=self.key,
            )
        except Invalid as error:
            error.field = "usage" if error.field in (None, "usage") else f"usage.{error.field}"
            raise
        return record is not None


class Complete(Entry):
    """The end: completed, or failed with `success: false`."""

    type: Literal["complete"]
    success: bool = True
    error: Short = ""
    exit_code: Annotated[int, Field(ge=-_INT, le=_INT)] | None = None
    result_summary: Short = ""
    ai_analysis: Report | None = None

    def apply(self, change: Change, at: datetime) -> bool:
        given = self.ai_analysis
        analysis = None if given is None else _without_secrets(given.model_dump(mode="json"))
        change.complete(
            success=self.success,
            error=self.error,
            exit_code=self.exit_code,
            result_summary=self.result_summary,
            ai_analysis=analysis,
            at=at,
            key=self.key,
        )
        return True


class Fail(Entry):
    type: Literal["fail"]
    error: Short
    exit_code: Annotated[int, Field(ge=-_INT, le=_INT)] = 1

    def apply(self, change: Change, at: datetime) -> bool:
        change.fail(self.error, self.exit_code, at=at, key=self.key)
        return True


AnyEntry = Annotated[
    StepAdd | StepStart | StepComplete | StepSkip | Log | Cost | Complete | Fail, Field(discriminator="type")
]
Entries = Annotated[list[AnyEntry], Field(max_length=ENTRIES_AT_ONCE)]


class BatchIn(In):
    """An empty list says that the agent is alive."""

    entries: Entries


class TrackedIn(In):
    """`at` is when it started. With a `dedupe_key` that is known already, nothing of this is applied."""

    agent_type: Slug
    node_id: Annotated[NodeId, AfterValidator(_without_secrets)] = "localhost"
    triggered_by: Annotated[Trigger, Field(strict=False)] = Trigger.MANUAL
    context: Data = {}
    dedupe_key: DedupeKey | None = None
    at: Happened | None = None
    entries: Entries = []


class BatchOut(Out):
    """`duplicates`: entries passed over because their key, or their request_id, was known."""

    applied: int
    duplicates: int


class TrackedOut(BatchOut):
    id: UUID
    status: Status
