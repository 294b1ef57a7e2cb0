"""What the tests of budgets share: runs that hold a lease, and money that they have spent."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from costs.budgets.reserving import Request, reserve_request
from costs.budgets.usage import BudgetState, Usage, states_of
from costs.models import Budget
from costs.services import record_cost
from executions.services import Lease, changing_totals, claim_execution, create_execution

MODEL = "claude-haiku-5-5"
# A dollar, at the rates of MODEL: 0.1 USD a million of input, and 0.5 of output.
DOLLAR: dict[str, Any] = {"input_tokens": 0, "output_tokens": 2_000_000}


def a_run(agent_type: str = "disk-space", **more: Any) -> Lease:
    given = {"node_id": "n1", **more}
    lease = claim_execution(create_execution(agent_type=agent_type, **given)[0].pk, owner="w")
    assert lease is not None
    return lease


def spend(lease: Lease, dollars: int = 1, *, model: str = MODEL, at: datetime | None = None) -> None:
    usage = {name: dollars * tokens for name, tokens in DOLLAR.items()}
    with changing_totals(lease.execution_id) as change:
        record_cost(change, model=model, usage=usage, at=at)


def reserve(
    lease: Lease, usd: str | None = "1", tokens: int = 100, *, model: str = MODEL, **more: Any
) -> int:
    dearest = None if usd is None else Decimal(usd)
    return reserve_request(lease.execution_id, lease.token, Request(model, dearest, tokens), **more)


def a_budget(name: str = "limit", **fields: Any) -> Budget:
    given = fields if {"amount_usd", "max_runs", "max_tokens", "max_turns"} & fields.keys() else {
        "amount_usd": Decimal(3), **fields
    }  # fmt: skip
    return Budget.objects.create(name=name, **given)


def state_of(budget: Budget, at: datetime) -> BudgetState:
    return states_of([budget], at)[0]


def usage_of(budget: Budget, at: datetime) -> Usage:
    usage = state_of(budget, at).usage
    assert usage is not None
    return usage
