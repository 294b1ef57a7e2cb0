"""Counters only grow: not even what is deleted, or priced anew, takes anything away from them."""

from decimal import Decimal

import pytest
from django.utils import timezone

from costs.models import CostRecord, CostTotal, ModelPrice
from costs.price_book import current_prices, ensure_prices
from costs.repricing import reprice
from executions.durations import observe_duration
from executions.models import Execution
from executions.retention import delete_old_events, delete_old_executions
from tests.claudeops.scraping import Samples, Scraper
from tests.costs.ledger import HAIKU, an_execution, spend
from tests.costs.old_runs import old_runs
from tests.executions.past import an_old_execution, last_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def scraper() -> Scraper:
    return Scraper()


def counters(scraper: Scraper) -> dict[str, Samples]:
    grown = ("_total", "_bucket", "_count", "_sum")
    return {name: samples for name, samples in scraper.read().items() if name.endswith(grown)}


def reprice_all() -> None:
    today = timezone.localdate()
    list(reprice(today, today, current_prices(), apply=True))


def cost(scraper: Scraper) -> Decimal:
    return Decimal(str(scraper.read()["cost_usd_total"]["disk-space", HAIKU]))


def test_retention_takes_nothing_from_them(scraper: Scraper) -> None:
    ensure_prices()
    old_runs(3, days=400)
    for _ in range(3):
        an_old_execution(400)
        observe_duration("disk-space", "completed", 700)
    an_old_execution(1)
    before = counters(scraper)
    assert before["cost_usd_total"]["disk-space", HAIKU] > 0
    last_line(delete_old_events(timezone.now()))
    last_line(delete_old_executions(timezone.now()))
    assert Execution.objects.count() == 1
    assert counters(scraper) == before


def test_a_lower_price_takes_nothing_and_a_higher_one_adds(scraper: Scraper) -> None:
    ensure_prices()
    spend(an_execution(), timezone.now())
    first = cost(scraper)
    prices = ModelPrice.objects.filter(model=HAIKU)
    prices.update(input="0.1", output="0.1")
    reprice_all()
    assert cost(scraper) == first
    low = CostRecord.objects.get().total_cost_usd
    prices.update(input="100", output="100")
    reprice_all()
    high = CostRecord.objects.get().total_cost_usd
    assert low is not None
    assert high is not None
    assert low < first < high
    assert cost(scraper) == first + (high - low)


def test_a_record_that_is_deleted_stays_counted(scraper: Scraper) -> None:
    ensure_prices()
    spend(an_execution(), timezone.now())
    before = counters(scraper)
    CostRecord.objects.all().delete()
    assert counters(scraper) == before
    assert CostTotal.objects.get().records == 1
