"""Recording what a request cost. The only writer of cost records and their daily sums."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from costs.models import CostRecord, DailyCost
from costs.pricing import TokenCounts, UsageError, count_tokens, price_usage
from executions.services import Change
from executions.text import without_nul
from system.errors import Invalid
from system.statements import add_up, insert_row, select_rows

INSERTED = tuple(field.attname for field in CostRecord._meta.concrete_fields if not field.primary_key)


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
    if request_id is not None and select_rows(CostRecord, ("id",), {"request_id": request_id}):
        return None
    at = at or timezone.now()
    record = _priced(model, usage, at)
    record.execution_id = change.state.id
    record.agent_type = change.state.agent_type
    record.node_id = change.state.node_id
    record.request_id = request_id
    record.response_time_ms = response_time_ms
    record.is_complete = is_complete
    record.pk = insert_row(CostRecord, {name: getattr(record, name) for name in INSERTED})
    _add_to_day(record)
    change.add_cost(record.total_cost_usd, record.tokens, model=model, at=at, key=key)
    return record


def _priced(model: str, usage: Mapping[str, Any], at: datetime) -> CostRecord:
    try:
        tokens = count_tokens(usage)
        price = price_usage(model, usage, at=at)
    except UsageError as error:
        raise Invalid(str(error), field=error.path) from error
    record = _unpriced(model, usage, tokens, at)
    if price is not None:
        record.input_cost_usd = price.input
        record.output_cost_usd = price.output
        record.cache_write_cost_usd = price.cache_write
        record.cache_read_cost_usd = price.cache_read
        record.web_search_cost_usd = price.web_search
        record.total_cost_usd = price.total
    return record


def _unpriced(model: str, usage: Mapping[str, Any], tokens: TokenCounts, at: datetime) -> CostRecord:
    day = timezone.localtime(at).date()
    return CostRecord(
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
        **dict.fromkeys(
            (
                "input_cost_usd", "output_cost_usd", "cache_write_cost_usd", "cache_read_cost_usd",
                "web_search_cost_usd", "total_cost_usd",
            )
        ),
    )  # fmt: skip


def _add_to_day(record: CostRecord) -> None:
    key = {
        "day": timezone.localtime(record.timestamp).date(),
        "agent_type": record.agent_type,
        "model_used": record.model_used,
        "node_id": record.node_id,
    }
    add = {
        "records": 1,
        "unpriced_records": int(record.total_cost_usd is None),
        "cost_usd": record.total_cost_usd or Decimal(0),
        "tokens_used": record.tokens,
    }
    add_up(DailyCost, key, add=add)
