"""A promise for each request, made before it is sent and gone on every way out.

`reserve_request` is one INSERT that finds nothing to insert where a hard budget would be passed. It runs in
`writing()`, so no two are decided at once, and it names the lease, so that only its holder gets one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, CharField, DateTimeField, Exists, OuterRef, QuerySet, Value
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from costs.budgets.applying import Subject, hard_budgets
from costs.budgets.errors import BudgetExceeded
from costs.budgets.sums import SumOf, ledger_of, sum_of
from costs.budgets.usage import Cap, caps_of, usage_for
from costs.budgets.wording import amount_text, unpriced_text
from costs.models import Budget, Reservation
from costs.price_book import current_prices
from executions.models import Execution, Status
from executions.services import writing
from executions.services.state import State, load_state
from system.money import UsdField

COLUMNS = (
    "execution_id", "lease_token", "agent_type", "model_used", "node_id", "trigger_source", "cost_usd",
    "tokens", "created_at",
)  # fmt: skip


@dataclass(frozen=True)
class Request:
    """The dearest outcome of a request; `dearest_usd` is None where its model has no known price."""

    model: str
    dearest_usd: Decimal | None
    tokens: int

    def amount(self, column: str) -> Decimal | int:
        """What it could add to the cap in this column of Budget."""
        amounts: dict[str, Decimal | int] = {
            "amount_usd": self.dearest_usd or Decimal(0),
            "max_tokens": self.tokens,
            "max_turns": 1,
        }
        return amounts[column]


def reserve_request(
    execution_id: int, lease_token: UUID | None, request: Request, *, also: Sequence[Budget] = ()
) -> int:
    """The key of a new Reservation: the request may be sent. `also` are limits that are no rows.

    Raises BudgetExceeded, and as Tracker.batch() does where the lease is not in force.
    """
    with writing():
        state = load_state(execution_id)
        state.require_writer(lease_token)
        now = timezone.now()
        subject = Subject(state.agent_type, state.node_id, state.trigger_source, request.model)
        budgets = [*also, *hard_budgets(subject)]
        _require_price(budgets, request, state, now)
        if not _insert(_promise(state, budgets, request, now)):
            raise _refusal(budgets, request, state, now)
        newest = Reservation.objects.filter(execution_id=execution_id).order_by("-id")
        return newest.values_list("pk", flat=True)[:1].get()


def release_reservation(key: int) -> None:
    """The request has been recorded, or will not be: it costs nothing more."""
    Reservation.objects.filter(pk=key).delete()


def release_reservations_of(execution_id: int) -> None:
    """For an execution whose worker is lost, in the transaction that takes it from it."""
    Reservation.objects.filter(execution_id=execution_id).delete()


def sweep_reservations() -> int:
    """Remove promises that no running lease holds; how many. What a killed worker left blocks nobody."""
    held = Execution.objects.running().filter(
        pk=OuterRef("execution_id"), lease_token=OuterRef("lease_token")
    )
    leaked = Reservation.objects.filter(~Exists(held))
    if not leaked.exists():
        return 0
    with writing():
        return leaked.delete()[0]


def _require_price(budgets: Sequence[Budget], request: Request, state: State, now: datetime) -> None:
    if request.dearest_usd is not None:
        return
    for budget in budgets:
        if budget.amount_usd is not None:
            cap = caps_of(budget, usage_for(budget, now, state.id))[0]
            raise BudgetExceeded(budget, cap, unpriced_text(request.model), at=now)


def _promise(state: State, budgets: Sequence[Budget], request: Request, now: datetime) -> QuerySet[Any, Any]:
    """The row to insert, or none: the execution's own, where every budget has room."""
    holder = Execution.objects.filter(pk=state.id, status=Status.RUNNING, lease_token=state.lease_token)
    for budget in budgets:
        holder = holder.filter(*_has_room(budget, request, state.id, now))
    model = current_prices().name_of(request.model)
    return holder.values_list(
        "id",
        "lease_token",
        "agent_type",
        Value(model, CharField()),
        "node_id",
        "trigger_source",
        Value(request.dearest_usd or Decimal(0), UsdField()),
        Value(request.tokens, BigIntegerField()),
        Value(now, DateTimeField()),
    )


def _has_room(
    budget: Budget, request: Request, execution_id: int, now: datetime
) -> "Iterator[LessThanOrEqual[Any]]":
    ledger = ledger_of(budget, now, execution_id)
    sums: dict[str, tuple[SumOf, SumOf, Any]] = {
        "amount_usd": (ledger.spent_usd, ledger.reserved_usd, UsdField()),
        "max_tokens": (ledger.spent_tokens, ledger.reserved_tokens, BigIntegerField()),
        "max_turns": (ledger.turns, ledger.reserved_turns, BigIntegerField()),
    }
    for column, (spent, reserved, field) in sums.items():
        limit = getattr(budget, column)
        if limit is not None:
            room = limit - request.amount(column)
            yield LessThanOrEqual(sum_of(spent, reserved, field), Value(room, field))


def _insert(rows: QuerySet[Any, Any]) -> bool:
    """INSERT … SELECT, which the ORM has no word for; tables and columns are the models' own."""
    select, values = rows.query.sql_with_params()
    columns = ", ".join(f'"{column}"' for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{Reservation._meta.db_table}" ({columns}) {select}', values)
        return bool(cursor.rowcount == 1)


def _refusal(budgets: Sequence[Budget], request: Request, state: State, now: datetime) -> BudgetExceeded:
    """Which budget it was: asked after the fact, in the same transaction, of the same sums."""
    for budget in budgets:
        for cap in caps_of(budget, usage_for(budget, now, state.id)):
            if cap.column != "max_runs" and _passes(cap, request):
                wanted = amount_text(cap.column, request.amount(cap.column))
                return BudgetExceeded(budget, cap, f"the next request could take up to {wanted}", at=now)
    raise AssertionError("a request that no budget refuses was refused")


def _passes(cap: Cap, request: Request) -> bool:
    return cap.spent + cap.reserved + request.amount(cap.column) > cap.limit
