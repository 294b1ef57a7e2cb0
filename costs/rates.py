"""Price lists: which model an id names, and the rates in force at a time."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Self

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
ID_PREFIXES = ("anthropic/", "us.anthropic.")
ID_SUFFIXES = ("[1m]",)


@dataclass(frozen=True)
class Rates:
    """USD per million tokens; `w5` and `w1` are cache writes of 5 minutes and 1 hour."""

    input: Decimal
    output: Decimal
    w5: Decimal
    w1: Decimal
    read: Decimal

    @classmethod
    def load(cls, raw: Mapping[str, str]) -> Self:
        return cls(**{name: Decimal(rate) for name, rate in raw.items()})

    def times(self, factor: Decimal) -> Self:
        return replace(self, **{item.name: getattr(self, item.name) * factor for item in fields(self)})


@dataclass(frozen=True)
class Version:
    """One model's prices from `valid_from` on. Above `long_above` prompt tokens, all is `long`.

    `batch` and `us` are factors on tokens; `web_search` is USD per request, and no factor applies to it.
    """

    model: str
    valid_from: datetime
    standard: Rates
    fast: Rates | None
    long: Rates | None
    long_above: int | None
    batch: Decimal
    us: Decimal
    web_search: Decimal

    def at_length(self, prompt_tokens: int) -> Rates:
        """The standard rates of a request with so many prompt tokens, caches counted."""
        if self.long is not None and self.long_above is not None and prompt_tokens > self.long_above:
            return self.long
        return self.standard


class PriceList:
    """All versions of all models; immutable."""

    def __init__(self, versions: Iterable[Version]) -> None:
        ordered = sorted(versions, key=lambda version: (version.model, version.valid_from))
        self.models: dict[str, list[Version]] = {
            model: list(its) for model, its in groupby(ordered, key=lambda version: version.model)
        }

    def find(self, model: str, at: datetime) -> Version | None:
        """None for an id that is not known exactly, or not yet at that time: no guess by prefix."""
        in_force = [
            version for version in self.models.get(self.name_of(model), ()) if version.valid_from <= at
        ]
        return in_force[-1] if in_force else None

    def name_of(self, model: str) -> str:
        """The list's own name of `model`: without what a provider puts around it, and without its date."""
        bare = _bare(model)
        base, _, day = bare.rpartition("-")
        return base if bare not in self.models and _is_date(day) else bare


def _bare(model: str) -> str:
    for suffix in ID_SUFFIXES:
        model = model.removesuffix(suffix)
    for prefix in ID_PREFIXES:
        if model.startswith(prefix):
            return model.removeprefix(prefix)
    return model


@cache
def shipped_prices() -> PriceList:
    """The list that comes with ClaudeOps (prices.json)."""
    raw = json.loads(Path(__file__).with_name("prices.json").read_text())
    return PriceList(
        Version(
            model=model,
            valid_from=datetime.fromisoformat(version["valid_from"]) if "valid_from" in version else ALWAYS,
            standard=Rates.load(version["standard"]),
            fast=_table(version, "fast"),
            long=_table(version, "long"),
            long_above=version.get("long_above"),
            batch=Decimal(raw["batch_factor"]),
            us=Decimal(raw["us_factor"]) if prices["us_geo"] else Decimal(1),
            web_search=Decimal(raw["web_search"]),
        )
        for model, prices in raw["models"].items()
        for version in prices["versions"]
    )


def _table(raw: Mapping[str, Any], name: str) -> Rates | None:
    return Rates.load(raw[name]) if name in raw else None


def _is_date(text: str) -> bool:
    if len(text) != 8 or not text.isdecimal() or not text.isascii():
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
