"""Many executions of long ago, with events and costs, written without the engine."""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from costs.models import CostRecord
from costs.price_book import current_prices
from costs.rollups import recorded_days, repair_days
from costs.services import make_record
from executions.models import Execution, ExecutionEvent, ExecutionStep
from tests.costs.ledger import HAIKU, UNKNOWN, USAGE

COSTS = 2


def old_runs(count: int, *, days: float, events: int = 3, agent_type: str = "disk-space") -> list[int]:
    """That ended `days` ago and earlier, a minute apart, and their daily sums; the keys, the oldest first."""
    ends = [timezone.now() - timedelta(days=days, minutes=count - number) for number in range(count)]
    runs = Execution.objects.bulk_create(
        Execution(
            agent_type=agent_type, status="completed", started_at=at, completed_at=at, event_count=events
        )
        for at in ends
    )
    Execution.objects.filter(pk__in=[run.pk for run in runs]).update(created_at=F("started_at"))
    ExecutionStep.objects.bulk_create(ExecutionStep(execution=run, step_number=1) for run in runs)
    ExecutionEvent.objects.bulk_create(
        ExecutionEvent(
            execution=run,
            seq=seq,
            event="execution:completed" if seq == events else "execution:log",
            data='{"level": "info", "message": "42 files", "step_number": 1}',
        )
        for run in runs
        for seq in range(1, events + 1)
    )
    CostRecord.objects.bulk_create(
        record for run, at in zip(runs, ends, strict=True) for record in _costs_of(run, at)
    )
    first, last = recorded_days() or (timezone.localdate(), timezone.localdate())
    repair_days(first, last)
    return [run.pk for run in runs]


def _costs_of(run: Execution, at: datetime) -> list[CostRecord]:
    prices = current_prices()
    records = [make_record(model, USAGE, at, prices) for model in (HAIKU, UNKNOWN)]
    for number, record in enumerate(records):
        record.execution = run
        record.agent_type = run.agent_type
        record.is_first = number == 0
        record.request_id = f"req_{run.pk}_{number}"
    return records
