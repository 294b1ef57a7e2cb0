from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from system.paging import Page
from system.wire import BIGGEST, NOT_GIVEN, In, Moment, Name, Out, UsdIn, UsdOut

PricedModel = Annotated[Name, Field(description="Stored without a provider's prefix and its date.")]
Above = Annotated[
    int,
    Field(ge=1, le=BIGGEST, description="Prompt tokens, caches counted; above, the long rates hold for all."),
]
BatchPercent = Annotated[int, Field(ge=1, le=100, description="Of the token rates, in a batch.")]
UsPercent = Annotated[int, Field(ge=100, le=1000, description="Of the token rates, where geo is us.")]
Note = Annotated[str, Field(max_length=200, pattern=r"^[^\x00\n]*$")]
Rate = Annotated[UsdIn, Field(description="USD per million tokens.")]


class PriceIn(In):
    """A model's prices from `valid_from` on. `w5` and `w1` are cache writes of 5 minutes and of 1 hour.

    The fast rates are given all or not at all; so are the long rates with `long_above`.
    """

    model: PricedModel
    valid_from: Moment
    input: Rate
    output: Rate
    w5: Rate
    w1: Rate
    read: Rate
    fast_input: Rate | None = None
    fast_output: Rate | None = None
    fast_w5: Rate | None = None
    fast_w1: Rate | None = None
    fast_read: Rate | None = None
    long_above: Above | None = None
    long_input: Rate | None = None
    long_output: Rate | None = None
    long_w5: Rate | None = None
    long_w1: Rate | None = None
    long_read: Rate | None = None
    batch_percent: BatchPercent = 50
    us_percent: UsPercent = 110
    web_search: Annotated[UsdIn, Field(description="USD per search.")] = Decimal("0.01")
    note: Note = ""


class PricePatch(In):
    """What is left out stays; null takes a fast or long rate away."""

    model: PricedModel = NOT_GIVEN
    valid_from: Moment = NOT_GIVEN
    input: Rate = NOT_GIVEN
    output: Rate = NOT_GIVEN
    w5: Rate = NOT_GIVEN
    w1: Rate = NOT_GIVEN
    read: Rate = NOT_GIVEN
    fast_input: Rate | None = None
    fast_output: Rate | None = None
    fast_w5: Rate | None = None
    fast_w1: Rate | None = None
    fast_read: Rate | None = None
    long_above: Above | None = None
    long_input: Rate | None = None
    long_output: Rate | None = None
    long_w5: Rate | None = None
    long_w1: Rate | None = None
    long_read: Rate | None = None
    batch_percent: BatchPercent = NOT_GIVEN
    us_percent: UsPercent = NOT_GIVEN
    web_search: UsdIn = NOT_GIVEN
    note: Note = NOT_GIVEN


class PriceFilters(Page):
    """`at`: only the versions in force at that moment, one a model."""

    model: Name | None = None
    at: Moment | None = None


class VersionOut(Out):
    """`id` is null while the table is empty and the list that is shipped holds."""

    id: int | None
    model: str
    valid_from: datetime
    input: UsdOut
    output: UsdOut
    w5: UsdOut
    w1: UsdOut
    read: UsdOut
    fast_input: UsdOut | None
    fast_output: UsdOut | None
    fast_w5: UsdOut | None
    fast_w1: UsdOut | None
    fast_read: UsdOut | None
    long_above: int | None
    long_input: UsdOut | None
    long_output: UsdOut | None
    long_w5: UsdOut | None
    long_w1: UsdOut | None
    long_read: UsdOut | None
    batch_percent: int
    us_percent: int
    web_search: UsdOut
    note: str


class ListedPriceOut(VersionOut):
    """`in_force`: at the moment that was asked for, or now."""

    in_force: bool


class PriceList(Out):
    items: list[ListedPriceOut]
    count: int


class StoredPriceOut(VersionOut):
    """`notice` says what it means for what was recorded before."""

    notice: str


class QuoteIn(In):
    """`usage` is the API's own object, raw; `at` is when the request was made: now, unless given."""

    model: Name
    usage: dict[str, Any]
    at: Moment | None = None


class TokensOut(Out):
    input: int
    output: int
    cache_write: int
    cache_read: int
    total: int


class QuoteOut(Out):
    """USD, exact. All amounts are null where `unpriced`; `tokens` are counted all the same.

    `cache_saved` is below 0 where writing to the cache cost more than reading from it saved; `batchable` is
    the part that a batch would have discounted.
    """

    model: str
    at: datetime
    unpriced: bool
    tokens: TokensOut
    input: UsdOut | None
    output: UsdOut | None
    cache_write: UsdOut | None
    cache_read: UsdOut | None
    web_search: UsdOut | None
    total: UsdOut | None
    cache_saved: UsdOut | None
    batchable: UsdOut | None
