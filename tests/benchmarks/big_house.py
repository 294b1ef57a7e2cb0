"""Everything at once, and much of it: `python -m …` fills the database of its environment.

On a history of 100,000 executions that is there already, a row of every model, and copies of it.
"""

from datetime import timedelta

import django

django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402 (after setup)
from django.db import connection, transaction  # noqa: E402
from django.db.models import Model  # noqa: E402
from django.utils import timezone  # noqa: E402

from agents.models import AgentConfiguration, Hold  # noqa: E402
from costs.models import (  # noqa: E402
    Budget,
    CostRecord,
    CostTotal,
    DailyCost,
    DailyReconciliation,
    DailyTotal,
    ModelPrice,
    MonthlyCostSummary,
    Reservation,
)
from executions.models import (  # noqa: E402
    DailyExecutions,
    Execution,
    ExecutionEvent,
    ExecutionStep,
    ExecutionTotal,
)
from executions.services import claim_execution, create_execution  # noqa: E402
from scheduling.models import Fire, Hook, Schedule  # noqa: E402
from system.models import (  # noqa: E402
    ApiToken,
    AppSetting,
    AuditEntry,
    Counter,
    Cursor,
    Node,
    NotificationRule,
    NotificationTarget,
    SystemMetric,
)
from tests.console import everything, registered  # noqa: E402
from tests.multiplied import multiply, parents_first  # noqa: E402

# What is not named grows by itself, to so many rows.
USUAL = 10_000
ROWS: dict[type[Model], int] = {
    Execution: 100_000,
    ExecutionEvent: 1_000_000,
    ExecutionStep: 300_000,
    CostRecord: 300_000,
    SystemMetric: 250_000,  # a month of three nodes, each half minute
    AuditEntry: 100_000,
    Fire: 100_000,
    # Sums, of which the history has brought some.
    DailyExecutions: 5_000,
    DailyCost: 5_000,
    DailyTotal: 0,
    DailyReconciliation: 400,
    ExecutionTotal: 1_000,
    CostTotal: 1_000,
    # What people make by hand.
    AgentConfiguration: 200,
    Schedule: 200,
    Hook: 50,
    Budget: 50,
    ModelPrice: 100,
    User: 100,
    ApiToken: 100,
    NotificationTarget: 20,
    NotificationRule: 50,
    # What a house has few of.
    Node: 20,
    MonthlyCostSummary: 60,
    Hold: 500,
    Reservation: 500,
    Counter: 500,
    Group: 0,
    AppSetting: 0,
    Cursor: 0,
}


def main() -> None:
    everything()
    _hold_reservations()
    for model in parents_first(registered()):
        wanted = ROWS.get(model, USUAL)
        with transaction.atomic():
            if multiply(model, wanted, spread=True) < wanted / 2:
                raise AssertionError(f"{model} refuses copies: see tests/multiplied.py")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _hold_reservations() -> None:
    """By a run that goes on while pages are measured: promises that no lease holds are swept away."""
    execution, _ = create_execution(agent_type="disk-space", node_id="localhost")
    lease = claim_execution(execution.pk, owner="bench/1")
    assert lease is not None
    Execution.objects.filter(pk=execution.pk).update(lease_until=timezone.now() + timedelta(days=1))
    Reservation.objects.update(execution=execution, lease_token=lease.token)


if __name__ == "__main__":
    main()
