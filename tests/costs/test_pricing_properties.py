"""What holds for every usage: nothing is lost or invented by how it is cut into parts."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from costs.pricing import Price, dearest_request, price_usage
from costs.rates import shipped_prices

NOW = datetime(2026, 11, 22, tzinfo=UTC)
COUNTS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
PRICES = shipped_prices()
UNTIERED = sorted(model for model, versions in PRICES.models.items() if versions[-1].long is None)

models = st.sampled_from(sorted(PRICES.models))
untiered = st.sampled_from(UNTIERED)
counts = st.integers(0, 10**7)
tiers = st.sampled_from([None, "standard", "priority", "batch"])
geos = st.sampled_from([None, "us", "global", "not_available"])


@st.composite
def usages(draw: st.DrawFn) -> dict[str, Any]:
    usage: dict[str, Any] = {name: draw(counts) for name in COUNTS}
    hour = draw(st.integers(0, usage["cache_creation_input_tokens"]))
    usage["cache_creation"] = {"ephemeral_1h_input_tokens": hour}
    return usage | {"service_tier": draw(tiers), "inference_geo": draw(geos)}


def priced(model: str, usage: dict[str, Any]) -> Price:
    price = price_usage(model, usage, at=NOW, prices=PRICES)
    assert price is not None
    return price


def whole_units(amount: Decimal) -> bool:
    return amount * 10**12 == int(amount * 10**12)


@given(models, usages(), st.integers(0, 100))
def test_amounts_are_never_negative_and_exact(model: str, usage: dict[str, Any], searches: int) -> None:
    price = priced(model, usage | {"server_tool_use": {"web_search_requests": searches}})
    parts = [price.input, price.output, price.cache_write, price.cache_read, price.web_search]
    assert all(part >= 0 and whole_units(part) for part in parts)
    assert price.total == sum(parts)
    assert price.tokens.total == sum(usage[name] for name in COUNTS)


@given(untiered, usages(), st.data())
def test_splitting_a_request_changes_nothing_where_there_is_no_tier(
    model: str, usage: dict[str, Any], data: st.DataObject
) -> None:
    served = {name: usage[name] for name in ("service_tier", "inference_geo")}
    flat = {name: usage[name] for name in COUNTS}
    first = {name: data.draw(st.integers(0, count)) for name, count in flat.items()}
    rest = {name: count - first[name] for name, count in flat.items()}
    whole = priced(model, flat | served)
    assert priced(model, first | served).total + priced(model, rest | served).total == whole.total
    iterations = [{"type": "message", **first}, {"type": "compaction", **rest}]
    assert priced(model, served | {"iterations": iterations}) == whole


@given(models, usages())
def test_one_iteration_is_the_same_as_none(model: str, usage: dict[str, Any]) -> None:
    served = {name: usage[name] for name in ("service_tier", "inference_geo")}
    inner = {name: usage[name] for name in (*COUNTS, "cache_creation")}
    assert priced(model, served | {"iterations": [{"type": "message", **inner}]}) == priced(model, usage)
    named = {"type": "message", "model": model, **inner}
    assert priced(model, served | {"iterations": [named]}) == priced(model, usage)


@given(st.integers(0, 100_000), st.integers(0, 100_000), st.integers(0, 10**6))
def test_the_tier_begins_right_above_its_boundary(read: int, written: int, output: int) -> None:
    written = min(written, 100_000 - read)
    usage = {
        "input_tokens": 100_000 - read - written,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
        "output_tokens": output,
    }
    at = priced("claude-haiku-5-5", usage)
    above = priced("claude-haiku-5-5", usage | {"input_tokens": usage["input_tokens"] + 1})
    assert at.output * 1_000_000 == output * Decimal("0.5")
    assert above.output == at.output * 5
    assert above.cache_read == at.cache_read * 5
    assert above.cache_write == at.cache_write * 5
    assert above.input == at.input * 5 + Decimal("0.0000005")


@given(models, usages())
def test_a_batch_costs_half(model: str, usage: dict[str, Any]) -> None:
    single = priced(model, usage | {"service_tier": "standard"})
    assert priced(model, usage | {"service_tier": "batch"}).total * 2 == single.total


@given(models, usages(), st.integers(0, 10_000), st.integers(0, 10_000))
def test_no_standard_request_costs_more_than_its_dearest(
    model: str, usage: dict[str, Any], spare_prompt: int, spare_output: int
) -> None:
    price = priced(model, usage)
    prompt = price.tokens.total - price.tokens.output + spare_prompt
    dearest = dearest_request(model, prompt, price.tokens.output + spare_output, at=NOW, prices=PRICES)
    assert dearest is not None
    assert price.total <= dearest
