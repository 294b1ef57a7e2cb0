"""genai-prices, kept by others from Anthropic's pages, agrees with the list that is shipped, rate by rate.

It comes with its data; nothing is fetched. A known difference that is gone fails as well as a new one.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from genai_prices import data

from costs.rates import ALWAYS, Version, shipped_prices

NOW = datetime(2026, 11, 22, tzinfo=UTC)
THEIR_NAMES = {
    "input": "input_mtok", "output": "output_mtok", "w5": "cache_write_mtok", "w1": "cache_write_1h_mtok",
    "read": "cache_read_mtok",
}  # fmt: skip
(ANTHROPIC,) = (provider for provider in data.providers if provider.id == "anthropic")
SHIPPED = shipped_prices().models

NOT_KNOWN_THERE = {
    "claude-mythos-5": "it lists claude-mythos-5-2 alone of that family",
    "claude-mythos-5-1": "it lists claude-mythos-5-2 alone of that family",
}
# Of the context window of a million tokens, a beta of Sonnet 4.5 that ended on 2026-04-30: it keeps the rates
# for requests of that time. Today a prompt of that length is refused, and we list what is sold.
ENDED_BETA = "the long tier of Sonnet 4.5's ended beta"
DIFFERENCES = {
    ("claude-sonnet-4-5", name): ENDED_BETA
    for name in ("long_above", *(f"{kind}long.{rate}" for rate in THEIR_NAMES for kind in ("", "batch ")))
}  # fmt: skip


def our_rates(version: Version) -> dict[str, Any]:
    """By name, in USD per million tokens."""
    found: dict[str, Any] = {"web_search": version.web_search * 1000, "long_above": version.long_above}
    for kind, rates in (("", version.standard), ("long.", version.long), ("fast.", version.fast)):
        for name, rate in asdict(rates).items() if rates else ():
            found[f"{kind}{name}"] = rate
            if kind != "fast.":  # there are no fast batches
                found[f"batch {kind}{name}"] = rate * version.batch
    return found


def their_rates(model: Any, at: datetime) -> dict[str, Any]:
    standard = model.get_prices(at)
    fast = model.get_prices(at, {"speed": "fast"})
    batch = model.get_prices(at, {"processing": "batch"})
    found = {"web_search": standard.web_searches_kcount, "long_above": _long_above(standard)}
    found |= dict(_rates_of(standard, "")) | dict(_rates_of(batch, "batch "))
    return found | (dict(_rates_of(fast, "fast.")) if fast != standard else {})


def _rates_of(prices: Any, kind: str) -> Iterator[tuple[str, Decimal]]:
    for ours, theirs in THEIR_NAMES.items():
        rate = getattr(prices, theirs)
        yield f"{kind}{ours}", getattr(rate, "base", rate)
        for tier in getattr(rate, "tiers", ()):
            yield f"{kind}long.{ours}", tier.price


def _long_above(prices: Any) -> int | None:
    """All their tiered rates begin at the same length, and have one tier."""
    starts = {
        tuple(tier.start for tier in getattr(getattr(prices, name), "tiers", ()))
        for name in THEIR_NAMES.values()
    }
    (start,) = starts
    assert len(start) < 2
    return start[0] if start else None


def moments() -> Iterator[tuple[Version, datetime]]:
    """Each version at its beginning, where it has one, and at its end, or now."""
    for versions in (its for model, its in SHIPPED.items() if model not in NOT_KNOWN_THERE):
        for version, following in zip(versions, [*versions[1:], None], strict=True):
            if version.valid_from != ALWAYS:
                yield version, version.valid_from
            yield version, following.valid_from - timedelta(seconds=1) if following else NOW


def differences(version: Version, at: datetime) -> set[tuple[str, str]]:
    model = ANTHROPIC.find_model(version.model)
    assert model is not None
    ours, theirs = our_rates(version), their_rates(model, at)
    compared = ours.keys() | theirs.keys()
    if at != NOW:  # its batch prices begin on 2026-10-14, the day on which it first had any
        compared = {name for name in compared if not name.startswith("batch")}
    return {(version.model, name) for name in compared if ours.get(name) != theirs.get(name)}


def test_it_knows_our_models_but_for_these() -> None:
    assert {model for model in SHIPPED if ANTHROPIC.find_model(model) is None} == NOT_KNOWN_THERE.keys()


@pytest.mark.parametrize(
    ("version", "at"), list(moments()), ids=lambda value: getattr(value, "model", None) or f"{value:%Y-%m-%d}"
)
def test_every_rate_agrees_at_its_date(version: Version, at: datetime) -> None:
    expected = {key for key in DIFFERENCES if key[0] == version.model}
    assert differences(version, at) == expected


def test_enough_is_compared() -> None:
    """So that a change of their names cannot empty the comparison."""
    compared = [their_rates(ANTHROPIC.find_model(m), NOW) for m in SHIPPED if m not in NOT_KNOWN_THERE]
    assert len(compared) >= 15
    assert all(rates[name] > 0 for rates in compared for name in THEIR_NAMES)
    assert sum("fast.input" in rates for rates in compared) >= 5
    assert sum("batch input" in rates for rates in compared) == len(compared)
    assert {rates["web_search"] for rates in compared} == {Decimal(10)}
