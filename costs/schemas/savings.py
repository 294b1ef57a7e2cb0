from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from system.paging import Page
from system.wire import Day, Out, UsdOut


class SavingsFilters(BaseModel):
    """Days in TIME_ZONE, both whole: by default from the first of this month until today."""

    model_config = {"extra": "forbid"}

    date_from: Day | None = None
    date_to: Day | None = None


class RulesSaved(Out):
    """`free_runs` completed without a bill, each at `mean_usd`: the mean of the billed ones of 90 days.

    `saved_usd` is null, and `reason` says why, where the agent has no billed run to go by.
    """

    completed: int
    billed: int
    free_runs: int
    mean_usd: UsdOut | None
    mean_of: int
    saved_usd: UsdOut | None
    reason: str


class AgentSavingsOut(Out):
    agent_type: str
    cache_saved_usd: UsdOut
    batchable_usd: UsdOut
    batch_saves_usd: UsdOut
    rules: RulesSaved


class SavingsOut(Out):
    """What was, and what would be saved. `cache_saved_usd` below 0: caching cost more than it saved.

    `rules_saved_usd` adds up the agents for which it is known; `rules_unknown` are the others.
    """

    date_from: date
    date_to: date
    cache_saved_usd: UsdOut
    cache: str
    batchable_usd: UsdOut
    batch_saves_usd: UsdOut
    batch: str
    rules_saved_usd: UsdOut
    rules_unknown: list[str]
    agents: list[AgentSavingsOut]


class ComparisonOut(Out):
    """`pairs` of a run of the cheaper model and the nearest of the dearer one; `agreed` had one verdict."""

    model: str
    instead_of: str
    pairs: int
    agreed: int
    mean_usd: UsdOut
    instead_mean_usd: UsdOut


class AdviceOut(Out):
    """`comparison` is null where there was nothing to compare; it is to be followed only if `advised`.

    `runs` is how often the dearer model ran in the last 30 days, `saves_usd` what a month of them would save.
    """

    agent_type: str
    advised: bool
    reason: str
    comparison: ComparisonOut | None
    runs: int
    saves_usd: UsdOut


class AdviceList(Out):
    items: list[AdviceOut]
    count: int


class AnomalyFilters(Page):
    """The last `days` days, today among them."""

    days: Annotated[int, Field(ge=1, le=366)] = 30


class AnomalyOut(Out):
    """`value_usd` is above `limit_usd`, which follows from the `count` values of `window`.

    `agent_type` is null for a day of all agents together, `execution_id` for a day. `spread_usd` is the
    median absolute deviation.
    """

    kind: Literal["day", "run"]
    agent_type: str | None
    day: date
    execution_id: UUID | None
    value_usd: UsdOut
    median_usd: UsdOut
    spread_usd: UsdOut
    limit_usd: UsdOut
    count: int
    window: str


class AnomalyList(Out):
    items: list[AnomalyOut]
    count: int
