"""What a token costs, from when on, and what a given usage amounts to."""

import re
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Status

from costs.models import ModelPrice
from costs.price_book import current_prices
from costs.price_editing import add_price, change_price, delete_price, notice_of
from costs.price_listing import list_prices
from costs.pricing import Price, UsageError, count_tokens, price_usage
from costs.schemas.prices import (
    PriceFilters,
    PriceIn,
    PriceList,
    PricePatch,
    QuoteIn,
    QuoteOut,
    StoredPriceOut,
    VersionOut,
)
from system.authentication import require
from system.errors import Invalid
from system.roles import Role
from system.wire import BIGGEST, Problem

router = Router(tags=["costs"], auth=require(Role.VIEWER))

PriceId = Annotated[int, Path(ge=1, le=BIGGEST)]
AMOUNTS = (
    "input", "output", "cache_write", "cache_read", "web_search", "total", "cache_saved", "batchable",
)  # fmt: skip


@router.get("/prices", response=PriceList)
def prices(request: HttpRequest, filters: Query[PriceFilters]) -> dict[str, Any]:
    """Versions by model, newest first; with `at`, those in force then."""
    found = list_prices(
        filters.at or timezone.now(), model=filters.model, only_in_force=filters.at is not None
    )
    return {"items": found[filters.window], "count": len(found)}


@router.post("/prices", response={201: StoredPriceOut, 409: Problem}, auth=require(Role.ADMIN))
def create_price(request: HttpRequest, price: PriceIn) -> Status[dict[str, Any]]:
    """A version of a model's prices. What was recorded keeps its price: `manage.py reprice` changes that.

    409 where this model has a version of that time already.
    """
    return Status(201, _stored(add_price(price.model_dump())))


@router.patch(
    "/prices/{price_id}",
    response={200: StoredPriceOut, 404: Problem, 409: Problem},
    auth=require(Role.ADMIN),
)
def update_price(request: HttpRequest, price_id: PriceId, price: PricePatch) -> dict[str, Any]:
    """Only what is given. What was recorded keeps its price: `manage.py reprice` changes that.

    409 where it would become another version, or where a shipped one would change its model or time.
    """
    return _stored(change_price(price_id, price.model_dump(exclude_unset=True)))


@router.delete(
    "/prices/{price_id}",
    response={204: None, 404: Problem, 409: Problem},
    auth=require(Role.ADMIN),
)
def remove_price(request: HttpRequest, price_id: PriceId) -> Status[None]:
    """What was recorded keeps its price: `manage.py reprice` changes that. 409 for a shipped version."""
    delete_price(price_id)
    return Status(204, None)


@router.post("/price", response=QuoteOut)
def price(request: HttpRequest, quote: QuoteIn) -> dict[str, Any]:
    """What this usage costs by the prices of its time. Nothing is recorded."""
    at = quote.at or timezone.now()
    known = current_prices()
    try:
        tokens = count_tokens(quote.usage)
        found = price_usage(quote.model, quote.usage, at=at, prices=known)
    except UsageError as error:
        raise Invalid(str(error), field=_field_of(error)) from error
    return {
        "model": known.name_of(quote.model),
        "at": at,
        "unpriced": found is None,
        "tokens": {
            "input": tokens.input,
            "output": tokens.output,
            "cache_write": tokens.cache_creation,
            "cache_read": tokens.cache_read,
            "total": tokens.total,
        },
        **_amounts_of(found),
    }


def _amounts_of(price: Price | None) -> dict[str, Any]:
    return {name: None if price is None else getattr(price, name) for name in AMOUNTS}


def _stored(price: ModelPrice) -> dict[str, Any]:
    return {**VersionOut.model_validate(price).model_dump(), "notice": notice_of(price)}


def _field_of(error: UsageError) -> str:
    """As in usage.iterations.1.input_tokens."""
    path = re.sub(r"\[(\d+)\]", r".\1", error.path)
    return path if path == "usage" else f"usage.{path}"
