from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from costs.budgets.usage import BudgetState
from costs.models import Budget, Period, Scope
from system.paging import Page
from system.wire import BIGGEST, NOT_GIVEN, In, Out, Slug, UsdIn, UsdOut

ScopeIn = Annotated[Scope, Field(strict=False)]
PeriodIn = Annotated[Period, Field(strict=False)]
ScopeValue = Annotated[str, Field(max_length=100, pattern=r"^[^\x00\n]*$")]
Cap = Annotated[int, Field(ge=1, le=BIGGEST)]


class BudgetFields(In):
    """All of a budget but its name. What is left out takes its default; at least one cap is needed.

    `scope_value` names the agent, model, node or schedule, and is empty for `all`. `max_turns` counts
    requests to a model. A hard budget stops what would pass it, a soft one only says so.
    """

    scope: ScopeIn = Scope.ALL
    scope_value: ScopeValue = ""
    period: PeriodIn = Period.MONTH
    amount_usd: UsdIn | None = None
    max_runs: Cap | None = None
    max_tokens: Cap | None = None
    max_turns: Cap | None = None
    is_hard: bool = True
    enabled: bool = True


class BudgetIn(BudgetFields):
    name: Slug


class BudgetPatch(In):
    """What is left out stays; null takes a cap away."""

    scope: ScopeIn = NOT_GIVEN
    scope_value: ScopeValue = NOT_GIVEN
    period: PeriodIn = NOT_GIVEN
    amount_usd: UsdIn | None = None
    max_runs: Cap | None = None
    max_tokens: Cap | None = None
    max_turns: Cap | None = None
    is_hard: bool = NOT_GIVEN
    enabled: bool = NOT_GIVEN


class BudgetFilters(Page):
    enabled: bool | None = None
    scope: Scope | None = None


class BudgetOut(Out):
    """A budget and how it stands now. `share` is the used part of the cap that is nearest to its limit.

    `exhausted`: with what is reserved, a cap leaves nothing. A budget of each execution has no state of its
    own: what is after `enabled` is null, and `exhausted` false. `runs` is null where the scope is a model.
    """

    name: str
    scope: Scope
    scope_value: str
    period: Period
    amount_usd: UsdOut | None
    max_runs: int | None
    max_tokens: int | None
    max_turns: int | None
    is_hard: bool
    enabled: bool
    window_start: datetime | None
    resets_at: datetime | None
    spent_usd: UsdOut | None
    reserved_usd: UsdOut | None
    runs: int | None
    tokens: int | None
    turns: int | None
    share: float | None
    exhausted: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, state: BudgetState) -> Self:
        return cls.model_validate({**_fields_of(state.budget), **_state_of(state)})


class BudgetList(Out):
    items: Sequence[BudgetOut]
    count: int


def _fields_of(budget: Budget) -> dict[str, Any]:
    names = (*BudgetFields.model_fields, "name", "created_at", "updated_at")
    return {name: getattr(budget, name) for name in names}


def _state_of(state: BudgetState) -> dict[str, Any]:
    window, usage, share = state.window, state.usage, state.share
    return {
        "window_start": window and window.start,
        "resets_at": window and window.resets_at,
        "spent_usd": usage and usage.spent_usd,
        "reserved_usd": usage and usage.reserved_usd,
        "runs": None if usage is None or state.budget.scope == Scope.MODEL else usage.runs,
        "tokens": usage and usage.tokens,
        "turns": usage and usage.turns,
        "share": None if share is None else round(float(share), 4),
        "exhausted": state.is_exhausted,
    }
