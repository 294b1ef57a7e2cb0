"""Setting right what an execution is said to have cost."""

from decimal import Decimal

from executions.models import Execution
from executions.services.rollups import add_late_cost
from executions.services.state import load_state
from system.statements import update_rows


def correct_cost(execution_id: int, difference: Decimal, *, is_known: bool) -> None:
    """Add `difference` to its total, and to the day it ended on; in the caller's writing().

    `is_known` is False where nothing of it has a price any more: its total is then null, not 0. No event is
    written: events tell what happened in the run, and what a model was paid for is not changed by better
    prices. Who watches a run sees the new total in the event that ends it, and on its page.
    """
    state = load_state(execution_id)
    total = (state.cost_usd or Decimal(0)) + difference
    update_rows(Execution, {"id": execution_id}, {"cost_usd": total if is_known else None})
    if state.completed_at is not None:
        add_late_cost(
            ended_at=state.completed_at,
            agent_type=state.agent_type,
            node_id=state.node_id,
            status=state.status,
            cost_usd=difference,
            tokens_used=0,
        )
