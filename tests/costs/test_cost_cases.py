"""The worked cases come out exact to the last digit, whichever way the usage comes in."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costs.models import CostRecord, DailyCost
from costs.price_book import current_prices, ensure_prices
from costs.services import make_record
from system.roles import Role
from system.wire import dumps
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db

CASES = json.loads(Path(__file__).with_name("cost_cases.json").read_text())["cases"]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
COMPONENTS = ("input", "output", "cache_write", "cache_read", "web_search")


@pytest.fixture(params=["shipped", "stored"], autouse=True)
def prices(request: pytest.FixtureRequest) -> None:
    """The list of the file, and the same as rows."""
    if request.param == "stored":
        ensure_prices()


def expected(case: dict[str, Any]) -> str | None:
    """The digits as they stand in the file: no rounding, no exponent, nothing appended."""
    found: str | None = case["expected_usd_exact"]
    assert (found is None) == case["unpriced"]
    return found


@each_case
def test_by_the_price_route(case: dict[str, Any]) -> None:
    body = {name: case[name] for name in ("model", "usage", "at")}
    answer = ApiClient(Role.VIEWER).post("/costs/price", body)
    assert answer.status_code == 200, answer.content
    quote = answer.json()
    assert (quote["total"], quote["unpriced"]) == (expected(case), case["unpriced"])
    if quote["unpriced"]:
        assert {quote[name] for name in COMPONENTS} == {None}
    else:
        assert sum(Decimal(quote[name]) for name in COMPONENTS) == Decimal(quote["total"])


@each_case
def test_by_tracking_an_execution(case: dict[str, Any]) -> None:
    operator = ApiClient(Role.OPERATOR)
    entry = {"type": "cost", **{name: case[name] for name in ("model", "usage", "at")}}
    started = operator.post("/tracking/executions", {"agent_type": "a", "entries": [entry]})
    assert started.status_code == 201, started.content
    execution = operator.get(f"/executions/{started.json()['id']}").json()
    (cost,) = execution["costs"]
    assert cost["total_cost_usd"] == expected(case)
    day = DailyCost.objects.get()
    assert day.unpriced_records == case["unpriced"]
    assert day.cost_usd == Decimal(expected(case) or 0)


@each_case
def test_by_the_library_and_back_from_the_database(case: dict[str, Any]) -> None:
    at = datetime.fromisoformat(case["at"])
    record = make_record(case["model"], case["usage"], at, current_prices())
    record.save()
    total = CostRecord.objects.values_list("total_cost_usd", flat=True).get()
    assert json.loads(dumps(total)) == expected(case)
