"""Each rule of pricing, by worked cases whose results are exact."""

import json
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest

from costs.pricing import TokenCounts, count_tokens, dearest_request, price_usage
from costs.rates import shipped_prices

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PRICES = shipped_prices()
CASES = json.loads(Path(__file__).with_name("cost_cases.json").read_text())["cases"]


def total(model: str, usage: dict[str, Any], at: datetime = NOW) -> Decimal | None:
    price = price_usage(model, usage, at=at, prices=PRICES)
    return None if price is None else price.total


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_cases_come_out_exact(case: dict[str, Any]) -> None:
    price = price_usage(case["model"], case["usage"], at=datetime.fromisoformat(case["at"]), prices=PRICES)
    assert (price is None) == case["unpriced"]
    if price is not None:
        assert price.total == Decimal(case["expected_usd_exact"])


def test_each_kind_of_token_has_its_own_amount() -> None:
    price = price_usage(
        "claude-opus-5-5",
        {
            "input_tokens": 1_000,
            "output_tokens": 2_000,
            "cache_creation_input_tokens": 3_000,
            "cache_read_input_tokens": 4_000,
            "cache_creation": {"ephemeral_5m_input_tokens": 1_000, "ephemeral_1h_input_tokens": 2_000},
            "server_tool_use": {"web_search_requests": 2},
        },
        at=NOW,
        prices=PRICES,
    )
    assert price is not None
    assert price.input == Decimal("0.004")
    assert price.output == Decimal("0.04")
    assert price.cache_write == Decimal("0.021")  # 1,000 at 5 USD and 2,000 at 8 USD a million
    assert price.cache_read == Decimal("0.0008")
    assert price.web_search == Decimal("0.02")
    assert price.total == Decimal("0.0858")
    assert price.tokens == TokenCounts(input=1_000, output=2_000, cache_creation=3_000, cache_read=4_000)
    assert price.tokens.total == 10_000


def test_writes_that_the_split_leaves_out_are_priced_at_five_minutes() -> None:
    usage = {
        "cache_creation_input_tokens": 1_000_000,
        "cache_creation": {"ephemeral_1h_input_tokens": 400_000},
    }
    assert total("claude-opus-5-5", usage) == Decimal("0.4") * 8 + Decimal("0.6") * 5
    assert total("claude-opus-5-5", {"cache_creation_input_tokens": 1_000_000}) == 5


def test_absent_and_null_are_zero() -> None:
    assert total("claude-sonnet-5-5", {}) == 0
    nulls = dict.fromkeys(
        ["input_tokens", "cache_creation", "server_tool_use", "iterations", "speed", "service_tier", "model"]
    )
    assert total("claude-sonnet-5-5", {**nulls, "output_tokens": 1_000_000}) == 10


def test_iterations_are_priced_one_by_one_and_instead_of_the_top_level() -> None:
    usage = {
        "input_tokens": 1_000_000,  # the last message's, which stands in the iterations as well
        "iterations": [
            {"type": "compaction", "input_tokens": 500_000},
            {"type": "advisor_message", "model": "claude-fable-5-2", "output_tokens": 100_000},
            {"type": "fallback_message", "model": "claude-haiku-4-5", "input_tokens": 10_000},
            {"type": "message", "input_tokens": 1_000_000},
        ],
    }
    price = price_usage("claude-opus-5-5", usage, at=NOW, prices=PRICES)
    assert price is not None
    assert price.input == 2 + Decimal("0.01") + 4
    assert price.output == 4
    assert price.tokens == TokenCounts(input=1_510_000, output=100_000)
    assert price.model == "claude-opus-5-5"


def test_an_empty_list_of_iterations_prices_the_top_level() -> None:
    assert total("claude-opus-5-5", {"input_tokens": 1_000_000, "iterations": []}) == 4


def test_the_long_tier_is_judged_for_each_iteration() -> None:
    half = {"type": "message", "input_tokens": 60_000}
    assert total("claude-haiku-5-5", {"iterations": [half, half]}) == Decimal("0.012")
    assert total("claude-haiku-5-5", {"input_tokens": 120_000}) == Decimal("0.06")


def test_one_iteration_without_price_leaves_all_of_it_without() -> None:
    known = {"type": "message", "input_tokens": 10}
    for odd in ({"type": "advisor_message", "model": "claude-opus-9"}, {"type": "dream", "input_tokens": 1}):
        usage = {"iterations": [known, odd]}
        assert total("claude-opus-5-5", usage) is None
        assert count_tokens(usage).input >= 10


def test_factors_multiply_and_leave_web_search_alone() -> None:
    usage = {
        "input_tokens": 1_000_000,
        "service_tier": "batch",
        "inference_geo": "us",
        "server_tool_use": {"web_search_requests": 1},
    }
    assert total("claude-opus-5-5", usage) == Decimal("2.2") + Decimal("0.01")


def test_the_us_factor_starts_with_the_4_6_generation() -> None:
    usage = {"input_tokens": 1_000_000, "inference_geo": "us"}
    assert total("claude-sonnet-4-5", usage) == 3
    assert total("claude-sonnet-4-6", usage) == Decimal("3.3")
    assert total("claude-sonnet-4-6", {**usage, "inference_geo": "global"}) == 3


def test_fast_without_a_fast_rate_is_unpriced() -> None:
    assert total("claude-opus-5", {"input_tokens": 1_000_000, "speed": "fast"}) == 10
    assert total("claude-sonnet-5-5", {"input_tokens": 1, "speed": "fast"}) is None
    assert total("claude-opus-5", {"input_tokens": 1, "speed": "fast", "service_tier": "batch"}) is None


@pytest.mark.parametrize("served", [{"speed": "turbo"}, {"service_tier": "flex"}])
def test_an_unknown_way_of_serving_is_unpriced(served: dict[str, str]) -> None:
    assert total("claude-opus-5-5", {"input_tokens": 1, **served}) is None


@pytest.mark.parametrize(
    "model",
    [
        "claude-sonnet-4-5",
        "claude-sonnet-4-5-20250929",
        "claude-sonnet-4-5[1m]",
        "claude-sonnet-4-5-20250929[1m]",
        "anthropic/claude-sonnet-4-5",
        "us.anthropic.claude-sonnet-4-5-20250929",
    ],
)
def test_known_spellings_of_an_id(model: str) -> None:
    price = price_usage(model, {"input_tokens": 1_000_000}, at=NOW, prices=PRICES)
    assert price is not None
    assert (price.total, price.model) == (3, "claude-sonnet-4-5")


@pytest.mark.parametrize(
    "model",
    [
        "",
        "claude",
        "claude-opus",
        "claude-opus-5-6",
        "claude-sonnet-4-5-2025",
        "claude-sonnet-4-5-20251301",
        "claude-sonnet-4-5-20250929-20250929",
        "claude-sonnet-4-5-latest",
        "Claude-Sonnet-4-5",
        " claude-sonnet-4-5",
        "xclaude-sonnet-4-5",
        "openai/claude-sonnet-4-5",
        "-20250929",
        "[1m]",
    ],
)
def test_anything_else_is_unpriced(model: str) -> None:
    assert price_usage(model, {"input_tokens": 1_000_000}, at=NOW, prices=PRICES) is None


@pytest.mark.parametrize(("model", "rate"), [("claude-opus-4-6", 5), ("claude-sonnet-4-6", 3)])
def test_long_prompts_cost_more_until_the_price_changed(model: str, rate: int) -> None:
    before, after = datetime(2026, 3, 12, 23, 59, 59, tzinfo=UTC), datetime(2026, 3, 13, tzinfo=UTC)
    long = {"input_tokens": 200_000, "cache_read_input_tokens": 1, "output_tokens": 10}
    old = price_usage(model, long, at=before, prices=PRICES)
    new = price_usage(model, long, at=after, prices=PRICES)
    assert old is not None
    assert new is not None
    assert (old.input, new.input) == (rate * Decimal("0.4"), rate * Decimal("0.2"))
    assert old.cache_read == new.cache_read * 2
    assert old.output == new.output * Decimal("1.5")
    exactly = {"input_tokens": 200_000}
    assert total(model, exactly, before) == total(model, exactly, after)


def test_the_hour_of_a_price_change_is_utc() -> None:
    evening_in_new_york = datetime.fromisoformat("2026-03-12T20:30:00-05:00")  # 13 March, 01:30 UTC
    assert total("claude-opus-4-6", {"input_tokens": 300_000}, evening_in_new_york) == Decimal("1.5")


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        price_usage("claude-opus-5-5", {}, at=datetime(2026, 1, 1), prices=PRICES)  # noqa: DTZ001


def test_the_callers_decimal_context_changes_nothing() -> None:
    usage = {"input_tokens": 123_457, "output_tokens": 9_876_543, "inference_geo": "us"}
    expected = total("claude-fable-5-1", usage)
    with localcontext() as context:
        context.prec = 2
        assert total("claude-fable-5-1", usage) == expected


def test_every_rate_is_exact_in_the_ledgers_unit() -> None:
    for versions in PRICES.models.values():
        for version in versions:
            for rates in filter(None, (version.standard, version.fast, version.long)):
                per_token = rates.times(version.batch * version.us / 10**6)
                for rate in (per_token.input, per_token.output, per_token.w5, per_token.w1, per_token.read):
                    assert rate * 10**12 == int(rate * 10**12)


def test_the_dearest_request_takes_the_dearest_write_and_place() -> None:
    assert dearest_request("claude-opus-5-5", 1_000, 500, at=NOW, prices=PRICES) == Decimal(
        "0.018"
    ) * Decimal("1.1")
    assert dearest_request("claude-sonnet-4-5", 1_000_000, 0, at=NOW, prices=PRICES) == 6
    assert dearest_request("claude-opus-9", 1, 1, at=NOW, prices=PRICES) is None


def test_the_dearest_request_knows_the_long_tier() -> None:
    at_limit = dearest_request("claude-haiku-5-5", 100_000, 0, at=NOW, prices=PRICES)
    above = dearest_request("claude-haiku-5-5", 100_001, 0, at=NOW, prices=PRICES)
    assert at_limit == Decimal("0.02") * Decimal("1.1")
    assert above == Decimal("0.100001") * Decimal("1.1")
