from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from scheduling.job_overview import JobState
from scheduling.models import JobRun
from scheduling.models import JobState as State
from system.paging import Page
from system.wire import Out


class JobRunOut(Out):
    """`result` tells of a run that goes on how far it is. `asked_by` is empty where it was simply due."""

    id: int
    name: str
    state: State
    due_at: datetime
    asked_by: str
    owner: str
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    duration_ms: int | None
    result: str
    error: str

    @classmethod
    def of(cls, run: JobRun) -> Self:
        fields = {name: getattr(run, name) for name in cls.model_fields if name != "duration_ms"}
        return cls(**fields, duration_ms=run.elapsed_ms())


class JobOut(Out):
    """`next_due` lies in the past while the job waits for a clock."""

    name: str
    what: str
    when: Annotated[str, Field(examples=["daily at 02:30"])]
    next_due: datetime
    last_run: JobRunOut | None

    @classmethod
    def of(cls, state: JobState) -> Self:
        job, run = state.job, state.last_run
        return cls(
            name=job.name,
            what=job.what,
            when=str(job.when),
            next_due=state.next_due,
            last_run=None if run is None else JobRunOut.of(run),
        )


class JobList(Out):
    items: list[JobOut]
    count: int


class JobRunFilters(Page):
    state: State | None = None


class JobRunList(Out):
    items: list[JobRunOut]
    count: int
