"""What a request cost, exactly, by the rates in force when it was made. No database, no float."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from typing import Any

from costs.rates import PriceList, Rates, Version
from costs.usage import Part, TokenCounts, Usage, UsageError, read_usage

__all__ = ["Price", "TokenCounts", "UsageError", "count_tokens", "dearest_request", "price_usage"]

# Inexact traps: an amount that had to be rounded is an error, whatever context the caller works in.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])
_LARGEST = Decimal(2**63 - 1).scaleb(-12)  # what a BIGINT of 10⁻¹² USD holds
_STANDARD_TIERS = (None, "standard", "priority")


@dataclass(frozen=True)
class Price:
    """USD by what was paid for; exact, each a multiple of 10⁻¹². `tokens` counts all iterations.

    `uncached` is what the prompt would have cost had nothing of it been cached; `batchable` is the part
    that a batch would have discounted.
    """

    model: str  # the price list's own id of the model that was asked for
    tokens: TokenCounts
    input: Decimal
    output: Decimal
    cache_write: Decimal
    cache_read: Decimal
    web_search: Decimal
    uncached: Decimal
    batchable: Decimal

    @property
    def total(self) -> Decimal:
        with localcontext(_EXACT):
            return self.input + self.output + self.cache_write + self.cache_read + self.web_search

    @property
    def cache_saved(self) -> Decimal:
        """Below zero where writing to the cache cost more than reading from it saved."""
        with localcontext(_EXACT):
            return self.uncached - self.input - self.cache_write - self.cache_read


def price_usage(model: str, usage: Mapping[str, Any], *, at: datetime, prices: PriceList) -> Price | None:
    """None: unpriced, because the model, or the way it was served, is not in the price list. Never a guess.

    `usage` is the API's own object, raw; `at` is when the request was made, with a time zone. Raises
    UsageError where `usage` is malformed, also for a model without price.
    """
    _require_zone(at)
    read = read_usage(usage)
    version = prices.find(model, at)
    with localcontext(_EXACT):
        billed = _billed(model, read, at, prices)
        if version is None or billed is None:
            return None
        price = Price(
            model=version.model,
            tokens=read.tokens,
            input=_sum(part.input * rates.input for part, rates in billed),
            output=_sum(part.output * rates.output for part, rates in billed),
            cache_write=_sum(part.w5 * rates.w5 + part.w1 * rates.w1 for part, rates in billed),
            cache_read=_sum(part.read * rates.read for part, rates in billed),
            web_search=read.web_searches * version.web_search,  # no factor applies to it
            uncached=_sum(part.prompt * rates.input for part, rates in billed),
            batchable=_sum(_tokens_cost(*entry) for entry in billed) if _could_wait(read) else Decimal(0),
        )
        if max(price.total, price.uncached) > _LARGEST:
            raise UsageError("usage", "amounts to more than 9.2 million USD")
    return price


def count_tokens(usage: Mapping[str, Any]) -> TokenCounts:
    """Tokens over all iterations, for models without price too. Raises UsageError."""
    return read_usage(usage).tokens


def dearest_request(
    model: str, prompt_tokens: int, max_tokens: int, *, at: datetime, prices: PriceList
) -> Decimal | None:
    """The most a standard request can cost: its prompt at the dearest rate, cache writes included, and
    `max_tokens` of output, in the dearest place it may be served. None for a model without price.
    """
    _require_zone(at)
    version = prices.find(model, at)
    if version is None:
        return None
    rates = version.at_length(prompt_tokens)
    with localcontext(_EXACT):
        per_million = prompt_tokens * max(rates.input, rates.w5, rates.w1) + max_tokens * rates.output
        return (per_million * max(version.us, Decimal(1))).scaleb(-6)


def _billed(model: str, read: Usage, at: datetime, prices: PriceList) -> list[tuple[Part, Rates]] | None:
    """Each part with what a token of it cost in USD, all factors in it; None if one has no price."""
    billed = []
    for part in read.parts:
        version = prices.find(part.model or model, at)
        rates = None if version is None else _rates(version, part, read)
        if rates is None:
            return None
        billed.append((part, rates))
    return billed


def _rates(version: Version, part: Part, read: Usage) -> Rates | None:
    if not read.known or read.tier not in (*_STANDARD_TIERS, "batch"):
        return None
    if read.speed in (None, "standard"):
        rates: Rates | None = version.at_length(part.prompt)
    elif read.speed == "fast" and read.tier != "batch":  # there are no fast batches
        rates = version.fast
    else:
        return None
    return None if rates is None else rates.times(_factor(version, read))


def _factor(version: Version, read: Usage) -> Decimal:
    """From USD per million tokens to USD per token as it was served: in a batch, in the US, or both."""
    factor = version.batch if read.tier == "batch" else Decimal(1)
    return (factor * (version.us if read.geo == "us" else 1)).scaleb(-6)


def _could_wait(read: Usage) -> bool:
    return read.tier in _STANDARD_TIERS and read.speed in (None, "standard")


def _tokens_cost(part: Part, rates: Rates) -> Decimal:
    return (
        part.input * rates.input
        + part.output * rates.output
        + part.w5 * rates.w5
        + part.w1 * rates.w1
        + part.read * rates.read
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _require_zone(at: datetime) -> None:
    if at.tzinfo is None:
        raise ValueError("at has no time zone")
