from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from agents.configuration import LONGEST_MS, LONGEST_REST_MS, Configuration
from costs.schemas.records import CostOut
from executions.models import Trigger
from executions.schemas import ExecutionOut, LogOut, StepOut
from system.paging import Page
from system.wire import NOT_GIVEN, In, Line, NodeId, Out, Slug, UsdIn, UsdOut

Text = Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")]
Version = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^\x00\s]+$")]
Milliseconds = Annotated[int, Field(ge=1, le=LONGEST_MS)]
Concurrency = Annotated[int, Field(ge=1, le=1000)]
Cooldown = Annotated[int, Field(ge=0, le=LONGEST_REST_MS)]
Revision = Annotated[int, Field(ge=0, le=2**31 - 1)]
Comment = Annotated[str, Field(max_length=200, pattern=r"^[^\x00\n]*$")]
DedupeKey = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class _RawConfiguration:
    """Documented as a Configuration, taken as it is: parse_configuration names what is wrong better."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return core_schema.dict_schema(core_schema.str_schema(), core_schema.any_schema())

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(Configuration.__pydantic_core_schema__)


RawConfiguration = Annotated[dict[str, Any], _RawConfiguration]


class Edit(In):
    """What goes with a change and is no part of the agent: why, and the `revision` (the newest version) that
    was seen. With one, nothing is changed where somebody has saved a later version meanwhile (412).
    """

    comment: Comment = ""
    revision: Revision | None = None


EDIT = set(Edit.model_fields)


class AgentFields(In):
    """All of an agent but its type. What is left out takes its default."""

    name: Line
    description: Text = ""
    version: Version = "1.0.0"
    enabled: bool = True
    config: RawConfiguration
    max_cost_per_execution: UsdIn | None = None
    max_duration_ms: Milliseconds | None = None
    timeout_ms: Milliseconds = 300_000
    max_concurrent_executions: Concurrency = 1
    cooldown_ms: Cooldown = 0


class AgentIn(AgentFields):
    agent_type: Slug
    comment: Comment = ""


class AgentReplacement(AgentFields, Edit):
    pass


class AgentPatch(Edit):
    """What is left out stays; null takes a limit away."""

    name: Line = NOT_GIVEN
    description: Text = NOT_GIVEN
    version: Version = NOT_GIVEN
    enabled: bool = NOT_GIVEN
    config: RawConfiguration = NOT_GIVEN
    max_cost_per_execution: UsdIn | None = None
    max_duration_ms: Milliseconds | None = None
    timeout_ms: Milliseconds = NOT_GIVEN
    max_concurrent_executions: Concurrency = NOT_GIVEN
    cooldown_ms: Cooldown = NOT_GIVEN


class AgentFilters(Page):
    enabled: bool | None = None


class AgentOut(Out):
    """`revision` is the number of its newest version."""

    agent_type: str
    name: str
    description: str
    version: str
    enabled: bool
    config: dict[str, Any]
    max_cost_per_execution: UsdOut | None
    max_duration_ms: int | None
    timeout_ms: int
    max_concurrent_executions: int
    cooldown_ms: int
    revision: int
    created_at: datetime
    updated_at: datetime


class AgentList(Out):
    items: list[AgentOut]
    count: int


class RefusalOut(Out):
    limit: str
    detail: str
    triggered_by: Trigger
    actor: str
    at: datetime


class AgentDetail(AgentOut):
    """`recent_refusals`: launches that a limit refused, the newest first."""

    recent_refusals: list[RefusalOut]


class RunIn(In):
    """`overrides` change keys of its `analysis` and `thresholds` for this run; `metadata` is kept with it.

    With a `dedupe_key` that is known already, that execution is the answer (200) and nothing is launched.
    """

    node_id: NodeId | None = None
    overrides: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    dedupe_key: DedupeKey | None = None


class LaunchIn(RunIn):
    agent_type: Slug
    triggered_by: Annotated[Trigger, Field(strict=False)] = Trigger.MANUAL


class DetailFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    include: Literal["logs"] | None = None


class HoldOut(Out):
    """What a pending execution waits for that is in no queue yet: the name of the limit, and the words."""

    limit: str
    detail: str
    since: datetime


class ExecutionDetail(ExecutionOut):
    """`agent` is null for what ran elsewhere or whose agent is gone. `held` is null for what need not wait.

    `logs` are there with `include=logs`: the last 10,000 lines. Of an old execution the first events, with
    their log lines, were deleted: `events_removed` of them.
    """

    ai_analysis: dict[str, Any] | None
    raw_output: str
    execution_context: dict[str, Any]
    cancel_requested_at: datetime | None
    cancel_requested_by: str
    steps: list[StepOut]
    costs: list[CostOut]
    agent: AgentOut | None
    held: HoldOut | None
    events_removed: int
    logs: list[LogOut] | None = None
