"""The price list (prices.json): which model an id names, and the rates in force at a time."""

import json
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Rates:
    """USD per million tokens; `w5` and `w1` are cache writes of 5 minutes and 1 hour."""

    input: Decimal
    output: Decimal
    w5: Decimal
    w1: Decimal
    read: Decimal

    @classmethod
    def load(cls, raw: dict[str, str]) -> Self:
        return cls(**{name: Decimal(rate) for name, rate in raw.items()})

    def times(self, factor: Decimal) -> Self:
        return replace(self, **{item.name: getattr(self, item.name) * factor for item in fields(self)})


@dataclass(frozen=True)
class Version:
    """One model's rates, up to but not including `until`. Above `long_above` prompt tokens, all is `long`."""

    until: datetime
    standard: Rates
    fast: Rates | None = None
    long: Rates | None = None
    long_above: int | None = None

    @classmethod
    def load(cls, raw: dict[str, Any]) -> Self:
        tables = {name: Rates.load(raw[name]) for name in ("standard", "fast", "long") if name in raw}
        until = datetime.fromisoformat(raw["until"]) if "until" in raw else datetime.max.replace(tzinfo=UTC)
        return cls(until=until, long_above=raw.get("long_above"), **tables)

    def at_length(self, prompt_tokens: int) -> Rates:
        """The standard rates of a request with so many prompt tokens, caches counted."""
        if self.long is not None and self.long_above is not None and prompt_tokens > self.long_above:
            return self.long
        return self.standard


@dataclass(frozen=True)
class ModelPrices:
    """`us_geo`: whether inference in the US costs the list's `us_factor`. Versions are in order of time."""

    id: str
    us_geo: bool
    versions: tuple[Version, ...]

    def at(self, moment: datetime) -> Version:
        return next(version for version in self.versions if moment < version.until)


@dataclass(frozen=True)
class PriceList:
    web_search: Decimal
    batch_factor: Decimal
    us_factor: Decimal
    id_prefixes: tuple[str, ...]
    id_suffixes: tuple[str, ...]
    models: dict[str, ModelPrices]

    def find(self, model: str) -> ModelPrices | None:
        """None for an id that is not known exactly: no sibling's price, no guess by prefix."""
        bare = self._bare(model)
        if found := self.models.get(bare):
            return found
        base, _, day = bare.rpartition("-")
        return self.models.get(base) if _is_date(day) else None

    def _bare(self, model: str) -> str:
        for suffix in self.id_suffixes:
            model = model.removesuffix(suffix)
        for prefix in self.id_prefixes:
            if model.startswith(prefix):
                return model.removeprefix(prefix)
        return model


@cache
def price_list() -> PriceList:
    raw = json.loads(Path(__file__).with_name("prices.json").read_text())
    return PriceList(
        web_search=Decimal(raw["web_search"]),
        batch_factor=Decimal(raw["batch_factor"]),
        us_factor=Decimal(raw["us_factor"]),
        id_prefixes=tuple(raw["id_prefixes"]),
        id_suffixes=tuple(raw["id_suffixes"]),
        models={name: _model(name, prices) for name, prices in raw["models"].items()},
    )


def _model(name: str, raw: dict[str, Any]) -> ModelPrices:
    versions = sorted(map(Version.load, raw["versions"]), key=lambda version: version.until)
    return ModelPrices(id=name, us_geo=raw["us_geo"], versions=tuple(versions))


def _is_date(text: str) -> bool:
    if len(text) != 8 or not text.isdecimal() or not text.isascii():
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
