"""Prices as people change them: versions, dated, whole and exact. What was recorded stays as it is."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from costs.models import ModelPrice
from costs.models.prices import FAST, LONG, RATES
from costs.price_book import ensure_prices, inexact_rates
from costs.rates import ALWAYS, PriceList, shipped_prices
from system.audit import record_changed, record_created, record_deleted
from system.audit_values import stored_values
from system.errors import Conflict, Invalid, NotFound
from system.money import units_of
from system.wire import BIGGEST
from system.writing import one_writer

NOUN = "price"  # what the audit calls one

AHEAD_AT_MOST = timedelta(days=5 * 365)
LONGEST_NOTE = 200
_MODEL = re.compile(r"[A-Za-z0-9][-A-Za-z0-9._:@/]{0,99}", re.ASCII)

Problems = Iterator[tuple[str, str]]


def add_price(fields: Mapping[str, Any]) -> ModelPrice:
    """`fields` are columns of ModelPrice. Raises Invalid; Conflict where that version is there already."""
    return save_price(ModelPrice(**fields))


def change_price(price_id: int, fields: Mapping[str, Any]) -> ModelPrice:
    """Set `fields` and leave the others. Raises NotFound, Invalid, and Conflict as save_price does."""
    with one_writer():
        price = _locked(price_id)
        for name, value in fields.items():
            setattr(price, name, value)
        return save_price(price)


def delete_price(price_id: int) -> None:
    """Raises NotFound; Conflict for a version that is shipped, which the next start would bring back."""
    with one_writer():
        price = _locked(price_id)
        if is_shipped(price):
            raise Conflict(
                f"{price} is shipped with ClaudeOps and would be back at the next start. Change its rates, "
                "or add a version that is valid from when they end."
            )
        record_deleted(price, NOUN)
        price.delete()


def save_price(price: ModelPrice) -> ModelPrice:
    """Store a new or changed version. Raises Invalid, and Conflict for one that is there or is shipped.

    The shipped list goes in before the first row: a table with one row would be a list of one model.
    """
    price.model = normalise_model(price.model)
    with one_writer():
        ensure_prices()
        for field, message in problems_of(price):
            raise Invalid(message, field=field)
        require_key(price)
        before = stored_values(price) if price.pk else None
        try:
            with transaction.atomic():
                price.save()
        except IntegrityError as error:
            raise _exists(price) from error
        if before is None:
            record_created(price, NOUN)
        else:
            record_changed(price, NOUN, before)
    return price


def _locked(price_id: int) -> ModelPrice:
    price = ModelPrice.objects.select_for_update().filter(pk=price_id).first()
    if price is None:
        raise NotFound(f"There is no price {price_id}.")
    return price


def require_key(price: ModelPrice) -> None:
    """Raise Conflict where another row has this model and time, or a shipped version would lose its own."""
    same = ModelPrice.objects.filter(model=price.model, valid_from=price.valid_from)
    if same.exclude(pk=price.pk).exists():
        raise _exists(price)
    before = ModelPrice.objects.filter(pk=price.pk).first() if price.pk else None
    if before is None or not is_shipped(before):
        return
    for field in ("model", "valid_from"):
        if getattr(before, field) != getattr(price, field):
            raise Conflict(
                f"{before} is shipped with ClaudeOps and would be back at the next start: its model and its "
                "time stay. Add a version instead.",
                field=field,
            )


def _exists(price: ModelPrice) -> Conflict:
    return Conflict(f"There is a price of {price} UTC already; change that one.", field="valid_from")


def notice_of(price: ModelPrice) -> str:
    """For who has just stored it: what it does, and what it leaves alone."""
    begins = price.valid_from.astimezone(UTC)
    if begins > timezone.now():
        return f"It holds for requests from {begins:%Y-%m-%d %H:%M} UTC on."
    return (
        "It holds for what is recorded from now on. What was recorded before keeps its price; "
        f"`manage.py reprice --from {begins:%Y-%m-%d} --to DAY` shows what would change."
    )


def is_shipped(price: ModelPrice) -> bool:
    versions = shipped_prices().models.get(price.model, ())
    return any(version.valid_from == price.valid_from for version in versions)


def normalise_model(model: str) -> str:
    """`model` as a price list names it: no provider's prefix, no date. Raises Invalid where none is left."""
    nothing_known = PriceList(())
    name = nothing_known.name_of(model.strip())
    if not _MODEL.fullmatch(name) or nothing_known.name_of(name) != name:
        raise Invalid(
            f"{model!r} is no model's id: name it as the API does, as in claude-opus-5-5.", field="model"
        )
    return name


def problems_of(price: ModelPrice) -> Problems:
    """What is wrong with a version, as pairs of a column and words."""
    yield from _problems_of_time(price.valid_from)
    amounts = list(_problems_of_amounts(price))
    yield from amounts
    yield from _problems_of_groups(price)
    yield from _problems_of_numbers(price)
    if not amounts:
        yield from _problems_of_exactness(price)


def _problems_of_time(valid_from: datetime | None) -> Problems:
    latest = timezone.now() + AHEAD_AT_MOST
    if valid_from is None or timezone.is_naive(valid_from):
        yield "valid_from", "must be a time with its offset, as in 2026-11-23T00:00:00Z"
    elif not ALWAYS <= valid_from <= latest:
        yield "valid_from", f"must lie between 1970-01-01 and {latest.astimezone(UTC):%Y-%m-%d}"


def _problems_of_amounts(price: ModelPrice) -> Problems:
    for name in (*RATES, *FAST, *LONG, "web_search"):
        amount = getattr(price, name)
        if amount is None:
            if name in (*RATES, "web_search"):
                yield name, "is missing: 0 is a price, nothing is none"
            continue
        try:
            if units_of(amount) < 0:
                yield name, "must not be below 0"
        except ValidationError as error:
            yield name, error.messages[0]


def _problems_of_groups(price: ModelPrice) -> Problems:
    for title, names in (("fast rates", FAST), ("long rates and long_above", ("long_above", *LONG))):
        missing = [name for name in names if getattr(price, name) is None]
        if missing and len(missing) < len(names):
            yield missing[0], f"the {title} are given all or not at all; missing: {', '.join(missing)}"


def _problems_of_numbers(price: ModelPrice) -> Problems:
    for name, least, most in (("batch_percent", 1, 100), ("us_percent", 100, 1000)):
        if not least <= getattr(price, name) <= most:
            yield name, f"must be from {least} to {most}"
    if price.long_above is not None and not 1 <= price.long_above <= BIGGEST:
        yield "long_above", "must be from 1 to 2^63 - 1"
    if len(price.note) > LONGEST_NOTE or re.search(r"[\x00\n]", price.note):
        yield "note", f"must be one line of at most {LONGEST_NOTE} characters"


def _problems_of_exactness(price: ModelPrice) -> Problems:
    if not (1 <= price.batch_percent <= 100 and 100 <= price.us_percent <= 1000):
        return
    for name in inexact_rates(price):
        rate: Decimal = getattr(price, name)
        yield (
            name,
            (
                f"{rate:f} USD a million is too fine: one token, in a batch ({price.batch_percent} %) and in "
                f"the US ({price.us_percent} %), must cost a whole number of 10⁻¹² USD"
            ),
        )
