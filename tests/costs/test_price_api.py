"""Versions of prices over the API: each rule is told at its field, and nothing recorded is rewritten."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from costs.models import CostRecord, DailyCost, ModelPrice
from costs.price_book import current_prices, ensure_prices
from costs.rates import shipped_prices
from system.roles import Role
from tests.api_clients import ApiClient, fields_of

pytestmark = pytest.mark.django_db

RATES = {"input": "1", "output": "5", "w5": "1.25", "w1": "2", "read": "0.1"}
NEW = {"model": "claude-new-7", "valid_from": "2026-11-01T00:00:00Z", **RATES}
FAST = {f"fast_{name}": rate for name, rate in RATES.items()}
LONG = {"long_above": 1000, **{f"long_{name}": rate for name, rate in RATES.items()}}


@pytest.fixture
def admin() -> ApiClient:
    return ApiClient(Role.ADMIN)


def added(admin: ApiClient, **more: Any) -> Any:
    response = admin.post("/costs/prices", {**NEW, **more})
    assert response.status_code == 201, response.content
    return response.json()


def total(admin: ApiClient, model: str, at: str, **usage: Any) -> str | None:
    answer = admin.post("/costs/price", {"model": model, "usage": usage, "at": at})
    found: str | None = answer.json()["total"]
    return found


def test_a_version_holds_from_its_time_on(admin: ApiClient) -> None:
    added(admin)
    added(admin, valid_from="2026-11-10T12:00:00+02:00", input="2")
    million = {"input_tokens": 1_000_000}
    assert total(admin, "claude-new-7", "2026-10-31T23:59:59.999999Z", **million) is None
    assert total(admin, "claude-new-7", "2026-11-01T00:00:00Z", **million) == "1"
    assert total(admin, "claude-new-7", "2026-11-10T09:59:59.999999Z", **million) == "1"
    assert total(admin, "claude-new-7", "2026-11-10T10:00:00Z", **million) == "2"


def test_the_first_version_takes_the_shipped_list_along(admin: ApiClient) -> None:
    assert not ModelPrice.objects.exists()
    added(admin)
    assert current_prices().models.keys() == {*shipped_prices().models, "claude-new-7"}
    assert total(admin, "claude-opus-5-5", "2026-11-22T00:00:00Z", input_tokens=1000) == "0.004"


def test_all_of_it_is_given_back(admin: ApiClient) -> None:
    given = {**NEW, **FAST, **LONG, "batch_percent": 40, "us_percent": 120, "web_search": "0.02", "note": "n"}
    stored = added(admin, **given)
    assert {name: stored[name] for name in given} == given
    (listed,) = admin.get("/costs/prices?model=claude-new-7").json()["items"]
    assert listed.pop("in_force") is True
    stored.pop("notice")
    assert listed == stored


@pytest.mark.parametrize(
    "spelling",
    ["anthropic/claude-new-7", "us.anthropic.claude-new-7", "claude-new-7-20261101", " claude-new-7[1m]"],
)
def test_prefixes_and_dates_are_not_stored(admin: ApiClient, spelling: str) -> None:
    assert added(admin, model=spelling)["model"] == "claude-new-7"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"model": ""}, "model"),
        ({"model": "x" * 101}, "model"),
        ({"model": "claude new"}, "model"),
        ({"model": "-20261101"}, "model"),
        ({"model": "[1m]"}, "model"),
        ({"model": "claude-20261101-20261101"}, "model"),
        ({"model": "claude\x00"}, "model"),
        ({"model": 5}, "model"),
        ({"valid_from": "2026-11-01T00:00:00"}, "valid_from"),
        ({"valid_from": "2026-11-01"}, "valid_from"),
        ({"valid_from": "1969-12-31T23:59:59Z"}, "valid_from"),
        ({"valid_from": "1970-01-01T00:00:00+01:00"}, "valid_from"),
        ({"valid_from": "2062-11-01T00:00:00Z"}, "valid_from"),
        ({"input": "-1"}, "input"),
        ({"input": 1}, "input"),
        ({"input": 0.1}, "input"),
        ({"input": None}, "input"),
        ({"input": "NaN"}, "input"),
        ({"input": "1e3"}, "input"),
        ({"input": "9999999"}, "input"),
        ({"read": "0.0000001"}, "read"),
        ({"read": "0.000001"}, "read"),  # a token of it, in a batch, is half a unit
        ({"read": "0.00002", "us_percent": 111, "batch_percent": 1}, "read"),
        ({**FAST, "fast_read": "0.000001"}, "fast_read"),
        ({**FAST, "fast_w1": None}, "fast_w1"),
        ({"fast_input": "1"}, "fast_output"),
        ({**LONG, "long_above": None}, "long_above"),
        ({**LONG, "long_read": None}, "long_read"),
        ({"long_above": 1000}, "long_input"),
        ({**LONG, "long_above": 0}, "long_above"),
        ({**LONG, "long_above": 2**63}, "long_above"),
        ({"batch_percent": 0}, "batch_percent"),
        ({"batch_percent": 101}, "batch_percent"),
        ({"us_percent": 99}, "us_percent"),
        ({"us_percent": True}, "us_percent"),
        ({"web_search": "0.0000000000001"}, "web_search"),
        ({"note": "x" * 201}, "note"),
        ({"note": "a\nb"}, "note"),
        ({"in_force": True}, "in_force"),
    ],
)
def test_what_does_not_hold_is_refused_at_its_field(admin: ApiClient, wrong: Any, field: str) -> None:
    response = admin.post("/costs/prices", {**NEW, **wrong})
    assert response.status_code == 422, response.content
    assert fields_of(response) == [field]
    assert not ModelPrice.objects.filter(model__startswith="claude-new").exists()


def test_the_smallest_rate_that_is_exact_is_taken(admin: ApiClient) -> None:
    added(admin, read="0.00002", us_percent=110)
    batch = {"service_tier": "batch", "inference_geo": "us"}
    one = total(admin, "claude-new-7", NEW["valid_from"], cache_read_input_tokens=1, **batch)
    assert one == "0.000000000011"


def test_the_same_model_and_time_is_a_conflict(admin: ApiClient) -> None:
    added(admin)
    same_moment = {**NEW, "valid_from": "2026-11-01T01:00:00+01:00", "model": "claude-new-7-20260101"}
    response = admin.post("/costs/prices", same_moment)
    assert (response.status_code, fields_of(response)) == (409, ["valid_from"])
    other = added(admin, valid_from="2026-11-02T00:00:00Z")
    response = admin.call("PATCH", f"/costs/prices/{other['id']}", {"valid_from": NEW["valid_from"]})
    assert (response.status_code, fields_of(response)) == (409, ["valid_from"])


def test_a_patch_changes_what_it_names_and_null_takes_a_tier_away(admin: ApiClient) -> None:
    stored = added(admin, **FAST, **LONG)
    path = f"/costs/prices/{stored['id']}"
    changed = admin.call("PATCH", path, {"output": "6", **dict.fromkeys(FAST)}).json()
    assert {name for name in stored if stored[name] != changed[name]} == {"output", *FAST}
    response = admin.call("PATCH", path, {"long_read": None})
    assert (response.status_code, fields_of(response)) == (422, ["long_read"])
    response = admin.call("PATCH", path, {"input": None})
    assert (response.status_code, fields_of(response)) == (422, ["input"])
    assert ModelPrice.objects.get(pk=stored["id"]).long_read == Decimal("0.1")


def test_no_change_rewrites_what_was_recorded(admin: ApiClient) -> None:
    stored = added(admin)
    entry = {"type": "cost", "model": "claude-new-7", "usage": {"input_tokens": 1_000_000}}
    admin.post("/tracking/executions", {"agent_type": "a", "entries": [entry]})
    notice = admin.call("PATCH", f"/costs/prices/{stored['id']}", {"input": "7"}).json()["notice"]
    assert "manage.py reprice --from 2026-11-01" in notice
    admin.call("DELETE", f"/costs/prices/{stored['id']}")
    assert CostRecord.objects.get().total_cost_usd == 1
    assert DailyCost.objects.get().cost_usd == 1


def test_a_version_to_come_is_not_in_force_yet(admin: ApiClient) -> None:
    later = (timezone.now() + timedelta(days=30)).isoformat()
    added(admin)
    assert "from now on" not in added(admin, valid_from=later, input="9")["notice"]
    items = admin.get("/costs/prices?model=claude-new-7").json()["items"]
    assert [(item["input"], item["in_force"]) for item in items] == [("9", False), ("1", True)]


@pytest.mark.parametrize("in_table", [True, False])
def test_the_versions_of_a_moment(admin: ApiClient, in_table: bool) -> None:
    if in_table:
        ensure_prices()
    for at, long_above in (("2026-03-12T23:59:59Z", 200_000), ("2026-03-13T00:00:00Z", None)):
        page = admin.get(f"/costs/prices?at={at}&limit=500").json()
        assert page["count"] == len(page["items"]) == len(shipped_prices().models)
        (opus,) = (item for item in page["items"] if item["model"] == "claude-opus-4-6")
        assert (opus["long_above"], opus["in_force"]) == (long_above, True)
    assert (opus["id"] is not None) == in_table
    both = admin.get("/costs/prices?model=anthropic/claude-opus-4-6-20260101").json()["items"]
    assert [(item["valid_from"][:4], item["in_force"]) for item in both] == [("2026", True), ("1970", False)]


def test_pages_and_unknown_ids(admin: ApiClient) -> None:
    everything = admin.get("/costs/prices?limit=500").json()
    page = admin.get("/costs/prices?limit=3&offset=2").json()
    assert (page["items"], page["count"]) == (everything["items"][2:5], everything["count"])
    for method in ("PATCH", "DELETE"):
        for number, status in ((999_999, 404), (0, 422), (2**63, 422)):
            assert admin.call(method, f"/costs/prices/{number}").status_code in (status, 422)


def test_a_shipped_version_stays(admin: ApiClient) -> None:
    ensure_prices()
    price = ModelPrice.objects.get(model="claude-opus-5-5")
    path = f"/costs/prices/{price.pk}"
    refused = admin.call("DELETE", path)
    assert refused.status_code == 409
    assert "would be back at the next start" in refused.json()["detail"]
    for change in ({"model": "claude-mine"}, {"valid_from": "2020-01-01T00:00:00Z"}):
        response = admin.call("PATCH", path, change)
        assert (response.status_code, fields_of(response)) == (409, list(change))
    assert (
        admin.call("PATCH", path, {"input": "4.4", "model": "anthropic/claude-opus-5-5"}).status_code == 200
    )
    assert ensure_prices() == 0
    assert total(admin, "claude-opus-5-5", "2026-11-22T00:00:00Z", input_tokens=1_000_000) == "4.4"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_admins_change_prices(admin: ApiClient, role: Role) -> None:
    stored = added(admin)
    path = f"/costs/prices/{stored['id']}"
    client = ApiClient(role)
    assert client.post("/costs/prices", NEW).status_code == 403
    assert client.call("PATCH", path, {"input": "2"}).status_code == 403
    assert client.call("DELETE", path).status_code == 403
    assert client.get("/costs/prices").status_code == 200
    assert total(client, "claude-new-7", NEW["valid_from"], input_tokens=1_000_000) == "1"
