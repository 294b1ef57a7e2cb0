"""What test_prices_on_both_engines.py has a process tell, with connections of its own beside Django's."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from costs.models import CostRecord, DailyCost, ModelPrice
from costs.price_book import current_prices, ensure_prices
from costs.services import record_cost
from executions.services import claim_execution, create_execution
from system.money import text_of

UNIT = 10**12
MODEL = "claude-opus-5-5"
CHANGE = "UPDATE costs_modelprice SET input = {usd}{more} WHERE model = 'claude-opus-5-5'"
OLD_STAMP = ", updated_at = '2020-01-01 00:00:00'"


def main() -> None:
    ensure_prices()
    told = {
        "changes": dict(changes()),
        "read by threads": sorted(read_by_threads()),
        "recorded at once": recorded_at_once(rounds=15),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def rate() -> str:
    version = current_prices().find(MODEL, timezone.now())
    return "none" if version is None else text_of(version.standard.input)


def change(usd: int, more: str = "") -> str:
    return CHANGE.format(usd=usd * UNIT, more=more)


def elsewhere(*statements: str) -> None:
    """By another connection, past the ORM, as one transaction."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    other.commit()
    other.close()


def changes() -> Iterator[tuple[str, str]]:
    yield "shipped", rate()
    elsewhere(change(11))
    yield "changed", rate()
    elsewhere(change(12, OLD_STAMP))
    yield "changed, with an older time", rate()
    elsewhere(change(13, OLD_STAMP.replace("2020", "2021")))
    yield "changed, with another old time", rate()
    columns = "valid_from, output, w5, w1, read, batch_percent, us_percent, web_search"
    elsewhere(
        f"INSERT INTO costs_modelprice (model, input, {columns}, updated_at)"
        f" SELECT 'other', {14 * UNIT}, {columns}, '2020-01-01 00:00:00' FROM costs_modelprice"
        " WHERE model = 'claude-opus-5-5'",
        "DELETE FROM costs_modelprice WHERE model = 'claude-opus-5-5'",
        "UPDATE costs_modelprice SET model = 'claude-opus-5-5' WHERE model = 'other'",
    )
    yield "deleted and added anew", rate()
    yield "rolled back", rolled_back()
    yield "after it", rate()
    if connection.vendor == "postgresql":
        yield from committed_in_another_order()
    elsewhere("DELETE FROM costs_modelprice")
    yield "emptied", rate()


def rolled_back() -> str:
    with transaction.atomic():
        ModelPrice.objects.filter(model=MODEL).update(input=15)
        seen = rate()
        transaction.set_rollback(True)
    return seen


def committed_in_another_order() -> Iterator[tuple[str, str]]:
    slow = connection.copy()
    slow.set_autocommit(False)
    with slow.cursor() as cursor:
        cursor.execute(change(16))
        elsewhere("UPDATE costs_modelprice SET input = input WHERE model = 'claude-haiku-5-5'")
        yield "not committed", rate()
        slow.commit()
    slow.close()
    yield "committed after a later change", rate()


def read_by_threads() -> set[str]:
    """All that eight threads read while the price goes back and forth between two values."""
    ensure_prices()
    elsewhere(change(20))
    done = Event()

    def read() -> set[str]:
        seen = {rate()}
        while not done.is_set():
            seen.add(rate())
        seen.add(f"last {rate()}")
        connection.close()
        return seen

    with ThreadPoolExecutor(8) as pool:
        reading = [pool.submit(read) for _ in range(8)]
        for usd in [21, 20] * 15:
            elsewhere(change(usd))
        done.set()
        return set().union(*(future.result() for future in reading))


def recorded_at_once(rounds: int) -> list[Any]:
    """The same request by four threads, each for its own execution: one records, three change nothing."""
    trackers = [new_tracker() for _ in range(4)]
    together = Barrier(4)

    def record(tracker: Any, request_id: str) -> bool:
        together.wait(30)
        with tracker.batch() as change:
            found = record_cost(change, model=MODEL, usage={"input_tokens": 1_000_000}, request_id=request_id)
        return found is not None

    with ThreadPoolExecutor(4) as pool:
        recorded = [sorted(pool.map(record, trackers, [f"req_{number}"] * 4)) for number in range(rounds)]
        assert all(outcome == [False, False, False, True] for outcome in recorded), recorded
        for future in [pool.submit(leave, together) for _ in range(4)]:
            future.result()
    return [CostRecord.objects.count(), sum(row.records for row in DailyCost.objects.all())]


def leave(together: Barrier) -> None:
    together.wait(30)
    connection.close()


def new_tracker() -> Any:
    execution, _ = create_execution(agent_type="a", node_id="localhost")
    lease = claim_execution(execution.pk, owner="localhost:1")
    assert lease is not None
    return lease.tracker()
