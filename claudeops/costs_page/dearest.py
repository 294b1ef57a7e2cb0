"""The executions that cost most, of those that began in the chosen days."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DateTimeField, Sum, Value
from django.db.models.functions import Coalesce

from claudeops.costs_page.choice import Choice
from costs.models import CostRecord
from executions.models import Execution
from system.days import start_of

MOST = 10
MANY = 3000
# An expression has no index: a database then goes down the index on cost, and has ten of many at once. By
# itself SQLite would sort a year of executions for them.
BEGAN = Coalesce("started_at", Value(None), output_field=DateTimeField())
COLUMNS = (
    "uid", "agent_type", "status", "node_id", "started_at", "duration_ms", "cost_usd", "tokens_used",
    "triggered_by", "trigger_source",
)  # fmt: skip


@dataclass(frozen=True)
class Dear:
    """`cost` is of the whole execution or, where a model was chosen, of what it asked that model."""

    execution: Execution
    cost: Decimal


def dearest_executions(choice: Choice, matching: int) -> Sequence[Dear]:
    """`matching` is how many executions the days have, as far as they are chosen."""
    if "model" in choice.only:
        return _of_a_model(choice)
    begin, end = start_of(choice.span.first), start_of(choice.span.after)
    runs = Execution.objects.filter(cost_usd__gt=0, **choice.wanted)
    if matching > MANY:
        runs = runs.alias(began=BEGAN).filter(began__gte=begin, began__lt=end)
    else:
        runs = runs.filter(started_at__gte=begin, started_at__lt=end)
    dearest = runs.order_by("-cost_usd", "-pk").only(*COLUMNS)[:MOST]
    return [Dear(run, run.cost_usd) for run in dearest if run.cost_usd is not None]


def _of_a_model(choice: Choice) -> Sequence[Dear]:
    records = CostRecord.objects.filter(
        timestamp__gte=start_of(choice.span.first),
        timestamp__lt=start_of(choice.span.after),
        total_cost_usd__gt=0,
        execution__isnull=False,
        **choice.wanted,
    )
    sums = records.order_by().values_list("execution").annotate(cost=Sum("total_cost_usd"))
    costs = dict(sums.order_by("-cost", "-execution")[:MOST])
    runs = Execution.objects.only(*COLUMNS).in_bulk(costs)
    return [Dear(runs[key], cost) for key, cost in costs.items() if key in runs]
