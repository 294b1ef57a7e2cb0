from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from executions.schemas import ExecutionOut
from scheduling.checking import MOST_EXECUTIONS, MOST_NODES
from scheduling.models import Fire, FireState, Schedule
from scheduling.models.schedules import LONGEST_JITTER_SECONDS, MOST_CAUGHT_UP, MissedPolicy, OverlapPolicy
from scheduling.preview import Preview
from scheduling.sources import source_of
from scheduling.words import words_of
from system.paging import Page
from system.wire import BIGGEST, NOT_GIVEN, In, Line, Moment, NodeId, Out, Slug

# What is wrong with these is said better by scheduling.checking: here only their size is.
Expression = Annotated[str, Field(max_length=10_000, examples=["0 3 * * MON-FRI"])]
Zone = Annotated[str, Field(max_length=10_000, examples=["Europe/Berlin"])]
Nodes = Annotated[list[NodeId], Field(max_length=MOST_NODES)]
Jitter = Annotated[int, Field(ge=0, le=LONGEST_JITTER_SECONDS)]
CatchUp = Annotated[int, Field(ge=1, le=MOST_CAUGHT_UP)]
Executions = Annotated[int, Field(ge=1, le=MOST_EXECUTIONS)]
MissedIn = Annotated[MissedPolicy, Field(strict=False)]
OverlapIn = Annotated[OverlapPolicy, Field(strict=False)]


class ScheduleIn(In):
    """What is left out takes its default.

    `cron_expression` has five fields (minute hour day month weekday), or is one of @hourly, @daily,
    @midnight, @weekly, @monthly, @yearly and @annually. It is due from `starts_at` on, and no more from
    `ends_at` on or after `max_executions`. Each due time is launched up to `jitter_seconds` later, on each
    of `node_ids`, or once on one node if there are none. `execution_config` holds the agent's `analysis`
    and `thresholds` as its runs may override them.
    """

    name: Line
    agent_type: Slug
    cron_expression: Expression
    timezone: Zone = "UTC"
    enabled: bool = True
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    jitter_seconds: Jitter = 0
    missed_policy: MissedIn = MissedPolicy.RUN_ONCE
    catch_up_limit: CatchUp = 5
    overlap_policy: OverlapIn = OverlapPolicy.SKIP
    max_executions: Executions | None = None
    node_ids: Nodes = []
    execution_config: dict[str, Any] = {}


class SchedulePatch(In):
    """What is left out stays; null takes a bound away."""

    name: Line = NOT_GIVEN
    agent_type: Slug = NOT_GIVEN
    cron_expression: Expression = NOT_GIVEN
    timezone: Zone = NOT_GIVEN
    enabled: bool = NOT_GIVEN
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    jitter_seconds: Jitter = NOT_GIVEN
    missed_policy: MissedIn = NOT_GIVEN
    catch_up_limit: CatchUp = NOT_GIVEN
    overlap_policy: OverlapIn = NOT_GIVEN
    max_executions: Executions | None = None
    node_ids: Nodes = NOT_GIVEN
    execution_config: dict[str, Any] = NOT_GIVEN


class PauseIn(In):
    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""


class ScheduleFilters(Page):
    enabled: bool | None = None
    agent_type: Slug | None = None


class ScheduleOut(Out):
    """`words` say when it is due; `next_due` is the due time that comes next, `next_run` the same with its
    jitter: both are null while it is paused and when nothing is due any more. `trigger_source` is what its
    executions have. `executions_count` counts the runs that its due times launched.
    """

    id: int
    name: str
    agent_type: str
    cron_expression: str
    words: str
    timezone: str
    enabled: bool
    paused_at: datetime | None
    paused_by: str
    pause_reason: str
    starts_at: datetime | None
    ends_at: datetime | None
    jitter_seconds: int
    missed_policy: MissedPolicy
    catch_up_limit: int
    overlap_policy: OverlapPolicy
    max_executions: int | None
    executions_count: int
    node_ids: list[str]
    execution_config: dict[str, Any]
    trigger_source: str
    next_due: datetime | None
    next_run: datetime | None
    last_run: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        more = {
            "agent_type": schedule.agent_id,
            "words": words_of(schedule.cron_expression),
            "trigger_source": source_of(schedule),
        }
        names = [name for name in cls.model_fields if name not in more]
        return cls.model_validate({**{name: getattr(schedule, name) for name in names}, **more})


class ScheduleList(Out):
    items: list[ScheduleOut]
    count: int


class PreviewIn(In):
    """A schedule as it would be, or its times alone. With a `schedule_id`: as that one would be, which then
    conflicts not with itself, and of which the runs so far count.

    `viewer_timezone` is where who looks at it lives; without it TIME_ZONE.
    """

    cron_expression: Expression
    timezone: Zone = "UTC"
    viewer_timezone: Zone | None = None
    agent_type: Slug | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    jitter_seconds: Jitter = 0
    max_executions: Executions | None = None
    node_ids: Nodes = []
    schedule_id: Annotated[int, Field(ge=1, le=BIGGEST)] | None = None


class DueTimeOut(Out):
    """One instant: in UTC, and on the clock of the schedule's zone and of the viewer's. `launched_at` is
    with its jitter, and null where that is not known before the schedule is stored.
    """

    at: datetime
    local: Annotated[str, Field(examples=["2026-11-27T03:00:00+01:00"])]
    viewer_local: str
    launched_at: datetime | None


class OtherOut(Out):
    id: int
    name: str
    agent_type: str


class ConflictOut(Out):
    """`count` other schedules are due in the minute of `at`, `same_agent` of them with the same agent;
    `schedules` are the first of them by name.
    """

    at: datetime
    count: int
    same_agent: int
    schedules: list[OtherOut]


class PreviewOut(Out):
    """The next five due times. `notes` are sentences about what may not be meant so."""

    words: str
    timezone: str
    viewer_timezone: str
    due: list[DueTimeOut]
    conflicts: list[ConflictOut]
    notes: list[str]

    @classmethod
    def of(cls, preview: Preview) -> Self:
        return cls.model_validate(
            {
                "words": preview.words,
                "timezone": preview.timezone,
                "viewer_timezone": preview.viewer_timezone,
                "notes": preview.notes,
                "due": [
                    {
                        "at": due.at,
                        "local": due.local.isoformat(),
                        "viewer_local": due.viewer_local.isoformat(),
                        "launched_at": due.launched_at,
                    }
                    for due in preview.due
                ],
                "conflicts": [
                    {
                        "at": conflict.at,
                        "count": conflict.count,
                        "same_agent": conflict.same_agent,
                        "schedules": [
                            {"id": other.pk, "name": other.name, "agent_type": other.agent_id}
                            for other in conflict.named
                        ],
                    }
                    for conflict in preview.conflicts.found
                ],
            }
        )


class RefusedOut(Out):
    node_id: str
    limit: str
    detail: str


class RunOut(Out):
    """`refused` are nodes on which a limit allowed no run."""

    executions: list[ExecutionOut]
    refused: list[RefusedOut]


class FireFilters(Page):
    state: FireState | None = None


class FireOut(Out):
    """What became of one due time, on one node (empty where the schedule names none).

    `covers` is more than 1 where, after a long outage, one row stands for so many due times, of which it is
    the last. `lateness_ms` counts from the due time with its jitter.
    """

    due_at: datetime
    node_id: str
    state: FireState
    reason: str
    execution_id: UUID | None
    covers: int
    fired_at: datetime
    lateness_ms: int

    @classmethod
    def of(cls, fire: Fire) -> Self:
        """Its execution must have been read with it."""
        names = [name for name in cls.model_fields if name != "execution_id"]
        execution_id = fire.execution.uid if fire.execution else None
        return cls.model_validate(
            {**{name: getattr(fire, name) for name in names}, "execution_id": execution_id}
        )


class FireList(Out):
    items: list[FireOut]
    count: int
