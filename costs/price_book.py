"""The prices in force here: the rows of ModelPrice, which began as the list that is shipped."""

from decimal import Decimal
from functools import cache

from django.db import connection

from costs.models import ModelPrice
from costs.models.prices import FAST, LONG, RATES
from costs.rates import PriceList, Rates, Version, shipped_prices
from system.money import PLACES

# One value that differs after any change of any row. On PostgreSQL xmin and ctid name each version of a row,
# also where a change that began earlier commits later. SQLite has nothing like them: there it is all columns.
POSTGRESQL = "SELECT string_agg(xmin::text || ctid::text, ',') FROM {table}"
SQLITE = "SELECT json_group_array(json_array({columns})) FROM {table}"

_kept: tuple[str, PriceList] | None = None


def current_prices() -> PriceList:
    """One small query tells whether the list of before still holds. Without any row: the shipped list."""
    global _kept
    revision, kept = _revision(), _kept
    if kept is None or kept[0] != revision:
        rows = list(ModelPrice.objects.all())
        # One assignment: whatever another thread sees, its two halves belong together.
        _kept = kept = (revision, PriceList(map(version_of, rows)) if rows else shipped_prices())
    return kept[1]


def _revision() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_revision_query(connection.vendor))
        return str(cursor.fetchone()[0])


@cache
def _revision_query(vendor: str) -> str:
    meta = ModelPrice._meta
    columns = ", ".join(f'"{field.column}"' for field in meta.concrete_fields)
    template = POSTGRESQL if vendor == "postgresql" else SQLITE
    return template.format(table=f'"{meta.db_table}"', columns=columns)


def ensure_prices() -> int:
    """Add what the shipped list has and the table has not; how many. What a person changed stays."""
    known = set(ModelPrice.objects.values_list("model", "valid_from"))
    missing = [
        row_of(version)
        for versions in shipped_prices().models.values()
        for version in versions
        if (version.model, version.valid_from) not in known
    ]
    ModelPrice.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def version_of(row: ModelPrice) -> Version:
    return Version(
        model=row.model,
        valid_from=row.valid_from,
        standard=Rates(*(getattr(row, name) for name in RATES)),
        fast=None if row.fast_input is None else Rates(*(getattr(row, name) for name in FAST)),
        long=None if row.long_input is None else Rates(*(getattr(row, name) for name in LONG)),
        long_above=row.long_above,
        batch=Decimal(row.batch_percent) / 100,
        us=Decimal(row.us_percent) / 100,
        web_search=row.web_search,
    )


def row_of(version: Version) -> ModelPrice:
    """Unsaved."""
    row = ModelPrice(
        model=version.model,
        valid_from=version.valid_from,
        long_above=version.long_above,
        batch_percent=int(version.batch * 100),
        us_percent=int(version.us * 100),
        web_search=version.web_search,
    )
    for names, rates in ((RATES, version.standard), (FAST, version.fast), (LONG, version.long)):
        if rates is not None:
            for name, rate in zip(
                names, (rates.input, rates.output, rates.w5, rates.w1, rates.read), strict=True
            ):
                setattr(row, name, rate)
    return row


def inexact_rates(row: ModelPrice) -> list[str]:
    """The columns whose price of one token, all factors in it, is no whole number of 10⁻¹² USD."""
    version = version_of(row)
    places = PLACES - 6  # of a rate per million
    return [
        name
        for name in (*RATES, *FAST, *LONG)
        if (rate := getattr(row, name)) is not None
        and any(
            (rate * factor).quantize(Decimal(1).scaleb(-places)) != rate * factor
            for factor in (Decimal(1), version.batch, version.us, version.batch * version.us)
        )
    ]
