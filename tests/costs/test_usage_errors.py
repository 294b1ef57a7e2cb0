"""Malformed usage is refused with the path of the field, whether the model has a price or not."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs.pricing import UsageError, count_tokens, price_usage
from costs.rates import shipped_prices

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PRICES = shipped_prices()
LARGE = 2**63 - 1

MALFORMED = [
    ({"input_tokens": -1}, "input_tokens", "from 0"),
    ({"output_tokens": 2**63}, "output_tokens", "2^63"),
    ({"input_tokens": True}, "input_tokens", "whole number"),
    ({"input_tokens": 1.0}, "input_tokens", "whole number"),
    ({"input_tokens": "12"}, "input_tokens", "whole number"),
    ({"cache_read_input_tokens": [1]}, "cache_read_input_tokens", "whole number"),
    ({"cache_creation": 5}, "cache_creation", "object"),
    (
        {"cache_creation": {"ephemeral_1h_input_tokens": -5}},
        "cache_creation.ephemeral_1h_input_tokens",
        "from 0",
    ),
    ({"server_tool_use": []}, "server_tool_use", "object"),
    ({"server_tool_use": {"web_search_requests": "3"}}, "server_tool_use.web_search_requests", "whole"),
    ({"speed": 1}, "speed", "string"),
    ({"service_tier": {}}, "service_tier", "string"),
    ({"inference_geo": False}, "inference_geo", "string"),
    ({"iterations": {"type": "message"}}, "iterations", "list"),
    ({"iterations": [None]}, "iterations[0]", "object"),
    ({"iterations": [{"input_tokens": 1}]}, "iterations[0].type", "missing"),
    ({"iterations": [{"type": 3}]}, "iterations[0].type", "string"),
    ({"iterations": [{"type": "message", "model": 3}]}, "iterations[0].model", "string"),
    (
        {"iterations": [{"type": "message"}, {"type": "message", "output_tokens": -1}]},
        "iterations[1].output_tokens",
        "from 0",
    ),
    ({"input_tokens": LARGE, "output_tokens": 1}, "usage", "add up"),
    ([], "usage", "object"),
]


@pytest.mark.parametrize(("usage", "path", "message"), MALFORMED)
@pytest.mark.parametrize("model", ["claude-opus-5-5", "unheard-of"])
def test_the_field_is_named(usage: Any, path: str, message: str, model: str) -> None:
    with pytest.raises(UsageError) as caught:
        price_usage(model, usage, at=NOW, prices=PRICES)
    assert caught.value.path == path
    assert message in caught.value.message
    assert str(caught.value) == f"{path}: {caught.value.message}"


def test_more_money_than_the_ledger_holds_is_refused() -> None:
    with pytest.raises(UsageError, match=r"9\.2 million"):
        price_usage("claude-opus-5-5", {"output_tokens": LARGE}, at=NOW, prices=PRICES)


def test_unknown_fields_are_left_alone() -> None:
    assert (
        count_tokens({"input_tokens": 1, "dreams": {"count": -1}, "output_tokens_details": None}).total == 1
    )


FIELDS = st.sampled_from(
    [
        "input_tokens",
        "output_tokens",
        "cache_creation",
        "cache_creation_input_tokens",
        "ephemeral_5m_input_tokens",
        "ephemeral_1h_input_tokens",
        "cache_read_input_tokens",
        "server_tool_use",
        "web_search_requests",
        "iterations",
        "type",
        "model",
        "speed",
        "service_tier",
        "inference_geo",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "fast", "message"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(FIELDS, JSON, max_size=8))
def test_any_json_is_priced_or_refused_and_never_breaks(usage: dict[str, Any]) -> None:
    with suppress(UsageError):
        price = price_usage("claude-haiku-5-5", usage, at=NOW, prices=PRICES)
        assert price is None or price.total >= 0
