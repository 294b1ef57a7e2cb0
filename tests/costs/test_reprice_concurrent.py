"""Records are priced anew while their execution goes on spending: no total loses anything."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

from django.db import connection

from costs.models import CostRecord, ModelPrice
from costs.price_book import current_prices, ensure_prices
from costs.repricing import reprice
from costs.rollups import verify_days
from tests.costs.ledger import HAIKU, an_execution, keep_spending
from tests.faults.home import Home

ROUNDS = 10
DAY = date(2026, 11, 20)


def reprice_all() -> None:
    list(reprice(DAY, DAY, current_prices(), apply=True))


def reprice_again_and_again(stop: Event) -> None:
    try:
        while not stop.wait(0.002):
            reprice_all()
    finally:
        connection.close()


def test_two_that_price_anew_beside_a_writer(any_home: Home) -> None:
    ensure_prices()
    execution = an_execution()
    stop = Event()
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(reprice_again_and_again, stop)
        writer = pool.submit(keep_spending, execution, "2026-11-20", stop)
        try:
            for output in range(500):
                if output >= ROUNDS and CostRecord.objects.count() >= ROUNDS:
                    break  # where all want to write, some wait for long
                ModelPrice.objects.filter(model=HAIKU).update(output=output)
                reprice_all()
        finally:
            stop.set()
        written = writer.result()
        other.result()
    assert written >= ROUNDS
    reprice_all()
    (amount,) = CostRecord.objects.values_list("total_cost_usd", flat=True).distinct()
    assert amount is not None
    execution.refresh_from_db()
    assert execution.cost_usd == written * amount
    assert verify_days(DAY, DAY) == []
