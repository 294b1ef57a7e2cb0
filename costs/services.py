"""Recording what a request cost. The only writer of cost records and of what is added up from them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from costs.ledger_limits import require_room
from costs.models import CostRecord, DailyCost
from costs.models.daily import AMOUNTS, COUNTS, KEY
from costs.price_book import current_prices
from costs.pricing import UsageError, count_tokens, price_usage
from costs.rates import PriceList
from costs.unpriced import warn_unpriced
from executions.services import REMOTE, Change
from executions.text import without_nul
from system.errors import Invalid
from system.statements import add_up, insert_row

INSERTED = tuple(field.attname for field in CostRecord._meta.concrete_fields if not field.primary_key)
LOOKED_UP = f"""
SELECT EXISTS (SELECT 1 FROM "{CostRecord._meta.db_table}" WHERE request_id = %s),
       EXISTS (SELECT 1 FROM "{CostRecord._meta.db_table}" WHERE execution_id = %s AND is_first)
"""  # noqa: S608
PRICED = (
    "input_cost_usd", "output_cost_usd", "cache_write_cost_usd", "cache_read_cost_usd",
    "web_search_cost_usd", "total_cost_usd", "cache_saved_usd", "batchable_usd",
)  # fmt: skip


def record_cost(
    change: Change,
    *,
    model: str,
    usage: Mapping[str, Any],
    request_id: str | None = None,
    response_time_ms: int | None = None,
    is_complete: bool = True,
    at: datetime | None = None,
    key: str | None = None,
) -> CostRecord | None:
    """Record one billed attempt in the transaction of `change`: record, daily sum, totals, event.

    `usage` is the API's own object. A request id that is known already changes nothing and gives None.
    Raises Invalid, with `field` below "usage", for a usage that no API sends.
    """
    state = change.state
    is_known, has_cost = _look_up(request_id, state.id)
    if is_known:
        return None
    prices = current_prices()
    record = make_record(model, usage, at or timezone.now(), prices)
    record.execution_id = state.id
    record.agent_type = state.agent_type
    record.node_id = state.node_id
    record.triggered_by = state.triggered_by
    record.trigger_source = state.trigger_source
    record.is_first = not has_cost
    record.request_id = request_id
    record.response_time_ms = response_time_ms
    record.is_complete = is_complete
    insert_record(record, is_told=state.lease_owner == REMOTE)
    if record.total_cost_usd is None:
        warn_unpriced(record, prices)
    change.add_cost(record.total_cost_usd, record.tokens, model=model, at=record.timestamp, key=key)
    return record


def _look_up(request_id: str | None, execution_id: int) -> tuple[bool, bool]:
    """Whether this request is recorded, and whether this execution has any record.

    By index, in one trip to the database. SQLite uses that of first records only where `is_first` is no
    parameter; nothing equals NULL, so a request without an id is never found.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOOKED_UP, [request_id, execution_id])
        is_known, has_cost = cursor.fetchone()
    return bool(is_known), bool(has_cost)


def make_record(model: str, usage: Mapping[str, Any], at: datetime, prices: PriceList) -> CostRecord:
    """An unsaved record of what was used at `at`, priced where it can be. Raises Invalid."""
    try:
        tokens = count_tokens(usage)
    except UsageError as error:
        raise Invalid(str(error), field=error.path) from error
    day = timezone.localdate(at)
    record = CostRecord(
        model_used=without_nul(model),
        usage=without_nul(dict(usage)),
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cache_write_tokens=tokens.cache_creation,
        cache_read_tokens=tokens.cache_read,
        cache_hit=tokens.cache_read > 0,
        timestamp=at,
        year=day.year,
        month=day.month,
        day=day.day,
    )
    apply_price(record, prices)
    return record


def apply_price(record: CostRecord, prices: PriceList) -> None:
    """Set the amounts of `record` from its own model, usage and time; all null where it has no price."""
    try:
        price = price_usage(record.model_used, record.usage, at=record.timestamp, prices=prices)
    except UsageError as error:
        raise Invalid(str(error), field=error.path) from error
    amounts = (None,) * len(PRICED) if price is None else (
        price.input, price.output, price.cache_write, price.cache_read, price.web_search, price.total,
        price.cache_saved, price.batchable,
    )  # fmt: skip
    for name, amount in zip(PRICED, amounts, strict=True):
        setattr(record, name, amount)


def insert_record(record: CostRecord, *, is_told: bool = False) -> None:
    """Write it and add it to its day. The caller's transaction is one of writing().

    `is_told`: an agent elsewhere says so, and we only believe it.
    """
    require_room(record, is_told=is_told)
    record.pk = insert_row(CostRecord, {name: getattr(record, name) for name in INSERTED})
    add_to_day(record)


def add_to_day(record: CostRecord) -> None:
    totals = day_totals(record)
    add_up(DailyCost, day_key(record), add={name: totals[name] for name in (*COUNTS, *AMOUNTS)})


def day_key(record: CostRecord) -> dict[str, Any]:
    day = timezone.localdate(record.timestamp)
    return {"day": day, **{name: getattr(record, name) for name in KEY if name != "day"}}


def day_totals(record: CostRecord) -> dict[str, Any]:
    """What a record adds to its day: COUNTS and AMOUNTS of DailyCost."""
    nothing = Decimal(0)
    return {
        "records": 1,
        "unpriced_records": int(record.total_cost_usd is None),
        "executions": int(record.is_first),
        "tokens_used": record.tokens,
        "input_tokens": record.input_tokens,
        "output_tokens": record.output_tokens,
        "cache_write_tokens": record.cache_write_tokens,
        "cache_read_tokens": record.cache_read_tokens,
        "cost_usd": record.total_cost_usd or nothing,
        "cache_saved_usd": record.cache_saved_usd or nothing,
        "batchable_usd": record.batchable_usd or nothing,
    }
