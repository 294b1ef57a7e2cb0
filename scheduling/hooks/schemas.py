from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field

from scheduling.hooks.checking import MOST_FILTERS, MOST_PER_MINUTE, MOST_VALUES
from scheduling.hooks.receiving import Answer
from scheduling.hooks.recipes import Recipe
from scheduling.models import DeliveryState, Hook, HookDelivery, Scheme
from system.paging import Page
from system.wire import NOT_GIVEN, In, Line, Moment, NodeId, Out, Slug

# What is wrong with these is said better by scheduling.hooks.checking: here only their size is.
Mapping = Annotated[
    dict[str, str], Field(max_length=MOST_VALUES, examples=[{"severity": "$.commonLabels.severity"}])
]
Filters = Annotated[list[str], Field(max_length=MOST_FILTERS, examples=[['status == "firing"']])]
SchemeIn = Annotated[Scheme, Field(strict=False)]
SecretIn = Annotated[str, Field(min_length=1, max_length=200)]
Bytes = Annotated[int, Field(ge=1, le=2**30)]
PerMinute = Annotated[int, Field(ge=1, le=MOST_PER_MINUTE)]


class HookIn(In):
    """What is left out takes its default, or what the recipe says (GET /hook-recipes).

    `mapping` is {name: JSONPath}; all of `filters`, each `path op value`, must hold for a launch. Without a
    `secret` one is made. `execution_config` holds the agent's `analysis` and `thresholds` as its runs may
    override them.
    """

    slug: Slug
    name: Line
    agent_type: Slug
    enabled: bool = True
    recipe: Slug | None = None
    scheme: SchemeIn | None = None
    secret: SecretIn | None = None
    mapping: Mapping | None = None
    filters: Filters | None = None
    node_id: NodeId | None = None
    execution_config: dict[str, Any] = {}
    max_body_bytes: Bytes | None = None
    max_per_minute: PerMinute | None = None

    def fields(self) -> dict[str, Any]:
        given = self.model_dump()
        return {**given, "node_id": given["node_id"] or "", "recipe": given["recipe"] or ""}


class HookPatch(In):
    """What is left out stays; null takes a node or a cap away."""

    name: Line = NOT_GIVEN
    agent_type: Slug = NOT_GIVEN
    enabled: bool = NOT_GIVEN
    mapping: Mapping = NOT_GIVEN
    filters: Filters = NOT_GIVEN
    node_id: NodeId | None = None
    execution_config: dict[str, Any] = NOT_GIVEN
    max_body_bytes: Bytes | None = None
    max_per_minute: PerMinute | None = None

    def fields(self) -> dict[str, Any]:
        given = self.model_dump(exclude_unset=True)
        return {**given, "node_id": given["node_id"] or ""} if "node_id" in given else given


class RotateIn(In):
    """The secret before stays good until `keep_until`: a day from now if it is left out."""

    secret: SecretIn | None = None
    keep_until: Moment | None = None


class HookFilters(Page):
    enabled: bool | None = None
    agent_type: Slug | None = None


class HookOut(Out):
    """`url` is where its messages go. The secret before the last rotation is good until `previous_until`."""

    slug: str
    name: str
    agent_type: str
    enabled: bool
    recipe: str
    scheme: Scheme
    url: str
    mapping: dict[str, str]
    filters: list[str]
    node_id: str
    execution_config: dict[str, Any]
    max_body_bytes: int | None
    max_per_minute: int | None
    secret_since: datetime
    previous_until: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, hook: Hook, url: str, **more: Any) -> Self:
        known = {"agent_type": hook.agent_id, "url": url, **more}
        names = [name for name in cls.model_fields if name not in known]
        return cls.model_validate({**{name: getattr(hook, name) for name in names}, **known})


class HookMade(HookOut):
    """With its `secret`, which is shown now and never again."""

    secret: str


class HookList(Out):
    items: list[HookOut]
    count: int


class DeliveryFilters(Page):
    state: DeliveryState | None = None


class DeliveryOut(Out):
    """`detail` says what filtered or refused it, or what its run had to wait for. `size` is in bytes."""

    message_id: str
    state: DeliveryState
    detail: str
    execution_id: UUID | None
    received_at: datetime
    address: str
    size: int
    body_digest: str

    @classmethod
    def of(cls, delivery: HookDelivery) -> Self:
        """Its execution must have been read with it."""
        names = [name for name in cls.model_fields if name != "execution_id"]
        execution_id = delivery.execution.uid if delivery.execution else None
        return cls.model_validate(
            {**{name: getattr(delivery, name) for name in names}, "execution_id": execution_id}
        )


class DeliveryList(Out):
    items: list[DeliveryOut]
    count: int


class RecipeOut(Out):
    """`setup` is what to do in the tool, with <URL> and <SECRET> where the webhook's own go."""

    name: str
    title: str
    scheme: Scheme
    mapping: dict[str, str]
    filters: list[str]
    setup: str

    @classmethod
    def of(cls, recipe: Recipe) -> Self:
        return cls.model_validate(
            {**vars(recipe), "mapping": dict(recipe.mapping), "filters": list(recipe.filters)}
        )


class RecipeList(Out):
    items: list[RecipeOut]
    count: int


class TrialIn(In):
    """A payload to try out. `mapping` and `filters` are tried in place of the webhook's own, where given."""

    payload: dict[str, Any] | list[Any]
    mapping: Mapping | None = None
    filters: Filters | None = None


class TrialOut(Out):
    """`would_launch` is false where a filter does not hold: `reason` says which."""

    would_launch: bool
    reason: str
    values: dict[str, Any]
    payload: Any


class AnswerOut(Out):
    """What became of a message. `reason` says what filtered it, or what its run waits for.

    `repeated`: it came before, and this is what was answered then. `url` is the execution in this API.
    """

    state: Literal["launched", "filtered"]
    execution_id: UUID | None
    url: str | None
    reason: str
    repeated: bool

    @classmethod
    def of(cls, answer: Answer, url: str | None) -> Self:
        return cls.model_validate(
            {
                "state": answer.state.value,
                "execution_id": answer.execution.uid if answer.execution else None,
                "url": url,
                "reason": answer.reason,
                "repeated": answer.is_repeated,
            }
        )
