"""Sums are rebuilt while records are being written: nothing is lost, nothing counted twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

from django.core.management import call_command

from costs.models import CostRecord, DailyCost
from costs.rollups import verify_days
from tests.costs.ledger import an_execution, keep_spending, spend, sql
from tests.faults.home import Home

ROUNDS = 10
DAY = date(2026, 11, 20)


def test_rebuilding_beside_writers(any_home: Home) -> None:
    spend(an_execution(), "2026-11-20T00:00")
    stop = Event()
    with ThreadPoolExecutor(2) as pool:
        executions = [an_execution(f"agent-{number}") for number in range(2)]
        writers = [pool.submit(keep_spending, execution, "2026-11-20", stop) for execution in executions]
        try:
            for number in range(500):
                if number >= ROUNDS and CostRecord.objects.count() > 2 * ROUNDS:
                    break  # where all want to write, some wait for long
                sql("UPDATE costs_dailycost SET records = records + 1, cost_usd = 0")
                call_command("rebuild_rollups", verbosity=0)
        finally:
            stop.set()
        written = [writer.result() for writer in writers]
    assert sum(written) >= 2 * ROUNDS
    assert CostRecord.objects.count() == sum(written) + 1
    assert verify_days(DAY, DAY) == []
    assert sum(row.records for row in DailyCost.objects.all()) == sum(written) + 1
