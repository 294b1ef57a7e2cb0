"""What was spent on what, from DailyCost: the parts of a period, and rows of day, agent and model."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import Case, F, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from costs.models import DailyCost, DailyTotal
from costs.models.daily import TOKENS
from costs.months import month_of
from costs.querysets import sums_of
from executions.models import Trigger
from executions.statistics import average_usd, percent
from system.errors import Invalid
from system.paging import Page

CACHED_SECONDS = 300
SUMS = ("cost_usd", "executions", "records", "unpriced_records", "tokens_used")
ROW = ("day", "agent_type", "model_used")

Span = tuple[date | None, date | None]  # both days are part of it; None is open


class Group(StrEnum):
    AGENT = "agent"
    MODEL = "model"
    NODE = "node"
    SCHEDULE = "schedule"
    TRIGGER = "trigger"


KEYS: Mapping[Group, Combinable] = {
    Group.AGENT: F("agent_type"),
    Group.MODEL: F("model_used"),
    Group.NODE: F("node_id"),
    # What no schedule launched stands under the empty name, so that the parts make up the whole.
    Group.SCHEDULE: Case(
        When(triggered_by=Trigger.SCHEDULE.value, then=F("trigger_source")), default=Value("")
    ),
    Group.TRIGGER: F("triggered_by"),
}


def cost_breakdown(group_by: Group, *, span: Span, wanted: Mapping[str, Any], page: Page) -> dict[str, Any]:
    """What schemas.sums.Breakdown describes. Of the current month, unless a day is given.

    `wanted` are columns of DailyCost and their values. Raises Invalid for a span that ends before it begins.
    """
    if span == (None, None):
        month = month_of(timezone.now())
        span = (month.first_day, month.next_day - timedelta(days=1))
    parts = _parts(group_by, span, wanted)
    total = sum((part["cost_usd"] for part in parts), Decimal(0))
    return {
        "group_by": group_by,
        "date_from": span[0],
        "date_to": span[1],
        "cost": total,
        "items": [_shown_part(part, total) for part in parts[page.window]],
        "count": len(parts),
    }


def _parts(group_by: Group, span: Span, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The dearest first; kept for 300 s, and only while no day of the span changes, whichever process writes.

    Here a cache pays: a month has a row for each day, agent, model, node and trigger.
    """
    first, after = _bounds(span)
    changes = DailyTotal.objects.between(first, after).add_up("changes", "records", "cost_usd", "tokens_used")
    key = f"cost:breakdown:{group_by}:{first}:{after}:{sorted(wanted.items())}:{sorted(changes.items())}"
    key = f"cost:breakdown:{sha256(key.encode()).hexdigest()}"  # a cache may refuse what names may hold
    found: list[dict[str, Any]] | None = cache.get(key)
    if found is None:
        days = DailyCost.objects.between(first, after).filter(**wanted)
        parts: Any = days.values(key=KEYS[group_by]).annotate(**sums_of(*SUMS))
        found = list(parts.order_by("-cost_usd", "key"))
        cache.set(key, found, CACHED_SECONDS)
    return found


def _bounds(span: Span) -> tuple[date, date]:
    """Half-open."""
    first, last = span
    if first and last and last < first:
        raise Invalid(f"{last} is before {first}.", field="date_to")
    return first or date.min, date.max if last is None else last + timedelta(days=1)


def _shown_part(part: Mapping[str, Any], total: Decimal) -> dict[str, Any]:
    return {
        "key": part["key"],
        "cost": part["cost_usd"],
        "share": _share(part["cost_usd"], total),
        "executions": part["executions"],
        "avg_cost_per_execution": average_usd(part["cost_usd"], part["executions"]),
        "tokens": part["tokens_used"],
        "records": part["records"],
        "unpriced_records": part["unpriced_records"],
    }


def _share(part: Decimal, total: Decimal) -> float:
    return round(float(part * 100 / total), 2) if total else 0.0


def cost_analysis(*, span: Span, wanted: Mapping[str, Any], page: Page) -> dict[str, Any]:
    """What schemas.sums.Analysis describes (row 32 of the seed).

    Agents and models of a day come in the order of the unique index read backwards: a page of the newest
    days then reads those days alone.
    """
    rows = DailyCost.objects.between(*_bounds(span)).filter(**wanted).values(*ROW)
    sums = rows.annotate(**sums_of("cost_usd", "records", "unpriced_records", *TOKENS))
    found = sums.order_by(*(f"-{name}" for name in ROW))[page.window]
    return {"items": [_shown_row(row) for row in found], "count": rows.distinct().count()}


def _shown_row(row: Mapping[str, Any]) -> dict[str, Any]:
    prompt = row["input_tokens"] + row["cache_write_tokens"] + row["cache_read_tokens"]
    return {
        "date": row["day"],
        "agent_type": row["agent_type"],
        "model_used": row["model_used"],
        "total_cost": row["cost_usd"],
        "cache_read_share": percent(row["cache_read_tokens"], prompt),
        **{name: row[name] for name in ("records", "unpriced_records", *TOKENS)},
    }
