"""What was spent stays spent: executions go, beside writers, and not one sum moves."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

from django.db import connection
from django.utils import timezone

from costs.models import CostRecord, DailyCost, DailyTotal
from costs.price_book import ensure_prices
from costs.rollups import recorded_days, verify_days
from executions.models import DailyExecutions, Execution, ExecutionEvent, ExecutionTotal
from executions.retention import ROWS, delete_old_events, delete_old_executions
from tests.costs.ledger import an_execution, keep_spending
from tests.costs.old_runs import COSTS, old_runs
from tests.executions.past import last_line
from tests.faults.home import Home

RUNS = 230
YOUNG = timezone.now().strftime("%Y-%m-%d")


@contextmanager
def rows_of_statements() -> Iterator[list[int]]:
    """How many rows each statement of this thread changes that deletes or changes any."""
    counts: list[int] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith(("DELETE", "UPDATE")):
            counts.append(context["cursor"].rowcount)
        return result

    with connection.execute_wrapper(watch):
        yield counts


def sums() -> list[list[Any]]:
    """Of all days but today."""
    rows = (DailyCost, DailyTotal, DailyExecutions)
    found = [list(model._default_manager.exclude(day=YOUNG).order_by("pk").values()) for model in rows]
    return [*found, list(ExecutionTotal.objects.order_by("pk").values())]


def drifts() -> list[Any]:
    days = recorded_days()
    assert days is not None
    return verify_days(*days)


def test_executions_go_beside_writers_and_no_sum_moves(any_home: Home) -> None:
    ensure_prices()
    old = old_runs(RUNS, days=400, events=9)
    (young,) = old_runs(1, days=1)
    before, records = sums(), CostRecord.objects.count()
    writing = [an_execution(f"agent-{number}") for number in range(2)]
    stop = Event()
    with ThreadPoolExecutor(2) as pool, rows_of_statements() as rows:
        writers = [pool.submit(keep_spending, execution, YOUNG, stop) for execution in writing]
        try:
            words = last_line(delete_old_executions(timezone.now()))
        finally:
            stop.set()
        written = sum(writer.result() for writer in writers)
    assert words.startswith(f"Deleted {RUNS} executions, {RUNS} steps and {RUNS * 9:,} events")
    assert set(Execution.objects.values_list("pk", flat=True)) == {young, *(run.pk for run in writing)}
    assert sums() == before
    assert drifts() == []
    assert CostRecord.objects.count() == records + written
    assert written > 1
    kept = CostRecord.objects.filter(execution=None)
    assert kept.count() == RUNS * COSTS
    assert kept.filter(is_first=True).count() == RUNS
    assert not ExecutionEvent.objects.filter(execution__in=old).exists()
    assert RUNS < max(rows) <= ROWS
    assert sum(rows) >= RUNS * (9 + 2 + COSTS)


def test_events_go_beside_writers(any_home: Home) -> None:
    old = old_runs(RUNS, days=100, events=9)
    (young,) = old_runs(1, days=1)
    writing = an_execution()
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(keep_spending, writing, YOUNG, stop)
        try:
            words = last_line(delete_old_events(timezone.now()))
        finally:
            stop.set()
        written = writer.result()
    assert words.startswith(f"Deleted {RUNS * 9:,} events of {RUNS} executions")
    assert Execution.objects.filter(pk__in=old).count() == RUNS
    assert ExecutionEvent.objects.filter(execution=young).count() == 3
    assert ExecutionEvent.objects.filter(execution=writing).count() == 1 + written
