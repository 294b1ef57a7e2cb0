"""Cost records as rows for the API and for exports: no model objects, amounts read as whole units."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.utils import timezone

from costs.cursors import Place, make_time_cursor, read_time_cursor
from costs.models import CostRecord, DailyCost, DailyTotal
from costs.schemas.records import RecordFilters, Selection
from executions.models import Execution
from system.days import start_of
from system.money import text_of_units
from system.paging import given
from system.wire_columns import TimeText, UidText

Row = tuple[Any, ...]


def units(column: str) -> Combinable:
    """An amount as the database holds it: making a Decimal of each costs more than reading the row."""
    return ExpressionWrapper(F(column), output_field=BigIntegerField())


COLUMNS: dict[str, Combinable] = {
    "id": F("id"),
    "timestamp": TimeText("timestamp"),
    "agent_type": F("agent_type"),
    "node_id": F("node_id"),
    "triggered_by": F("triggered_by"),
    "trigger_source": F("trigger_source"),
    "execution_id": UidText("execution__uid"),
    "request_id": F("request_id"),
    "model_used": F("model_used"),
    "input_tokens": F("input_tokens"),
    "output_tokens": F("output_tokens"),
    "cache_write_tokens": F("cache_write_tokens"),
    "cache_read_tokens": F("cache_read_tokens"),
    "total_cost_usd": units("total_cost_usd"),
    "input_cost_usd": units("input_cost_usd"),
    "output_cost_usd": units("output_cost_usd"),
    "cache_write_cost_usd": units("cache_write_cost_usd"),
    "cache_read_cost_usd": units("cache_read_cost_usd"),
    "web_search_cost_usd": units("web_search_cost_usd"),
    "cache_saved_usd": units("cache_saved_usd"),
    "batchable_usd": units("batchable_usd"),
    "response_time_ms": F("response_time_ms"),
    "cache_hit": F("cache_hit"),
    "is_complete": F("is_complete"),
}
_AMOUNTS = slice(list(COLUMNS).index("total_cost_usd"), list(COLUMNS).index("response_time_ms"))
# Building the SQL of so many columns takes longer than running it, so it is begun once, here.
ROWS = CostRecord.objects.values_list(*COLUMNS.values())


def as_shown(row: Row) -> Row:
    """One of ROWS as it goes on the wire, amounts as decimal strings."""
    amounts = (None if amount is None else text_of_units(amount) for amount in row[_AMOUNTS])
    return (*row[: _AMOUNTS.start], *amounts, *row[_AMOUNTS.stop :])


def place_of(row: Row) -> Place:
    return Place(datetime.fromisoformat(row[1]), row[0])


def list_records(filters: RecordFilters) -> dict[str, Any]:
    """What schemas.RecordList describes, the newest first."""
    rows = ROWS.filter(**conditions(filters)).order_by("-timestamp", "-id")
    if filters.cursor is not None:
        place = read_time_cursor(filters.cursor)
        rows = rows.filter(timestamp__lte=place.at).exclude(timestamp=place.at, id__gte=place.id)
    window = filters.window
    # One row more than is asked for tells whether there is another page.
    found = [as_shown(row) for row in rows[window.start : window.stop + 1]]
    shown = found[: filters.limit]
    return {
        "items": [dict(zip(COLUMNS, row, strict=True)) for row in shown],
        "count": count_records(filters),
        "next_cursor": make_time_cursor(place_of(shown[-1])) if len(found) > len(shown) else None,
    }


def conditions(chosen: Selection) -> dict[str, Any]:
    wanted = {
        **_shared_conditions(chosen),
        "timestamp__gte": chosen.date_from,
        "timestamp__lt": chosen.date_to,
        "total_cost_usd__isnull": chosen.unpriced,
        "is_complete": chosen.is_complete,
    }
    if chosen.execution_id is not None:
        wanted["execution_id"] = Subquery(Execution.objects.filter(uid=chosen.execution_id).values("pk"))
    return given(wanted)


def _shared_conditions(chosen: Selection) -> dict[str, Any]:
    """What records and their daily sums can both be asked."""
    wanted = {
        "agent_type": chosen.agent_type,
        "model_used": chosen.model,
        "node_id": chosen.node_id,
        "triggered_by": chosen.triggered_by,
        "trigger_source": chosen.trigger_source,
    }
    return given(wanted)


def daily_sums(chosen: Selection) -> QuerySet[DailyCost]:
    """Of all days: which of them are meant is for the caller to say."""
    return DailyCost.objects.filter(**_shared_conditions(chosen))


def count_records(chosen: Selection) -> int:
    """From the daily sums, whatever the range: only records of its first and last hours are counted.

    Those of one execution, and incomplete ones, are few and have an index of their own.
    """
    if chosen.execution_id is not None or chosen.is_complete is False:
        return _count(conditions(chosen))
    if chosen.is_complete:
        every = chosen.model_copy(update={"is_complete": None})
        return count_records(every) - count_records(every.model_copy(update={"is_complete": False}))
    first = None if chosen.date_from is None else first_day_from(chosen.date_from)
    last = None if chosen.date_to is None else timezone.localdate(chosen.date_to)
    if first is not None and last is not None and first >= last:
        return _count(conditions(chosen))
    edges = [(chosen.date_from, first), (last, chosen.date_to)]
    return _count_days(chosen, first, last) + sum(_count_edge(chosen, *edge) for edge in edges)


def _count_days(chosen: Selection, first: date | None, last: date | None) -> int:
    wanted = {"day__gte": first, "day__lt": last}
    sums_of_days = daily_sums(chosen) if _shared_conditions(chosen) else DailyTotal.objects.all()
    days = sums_of_days.filter(**given(wanted))
    sums = days.aggregate(all=Sum("records", default=0), unpriced=Sum("unpriced_records", default=0))
    match chosen.unpriced:
        case None:
            return int(sums["all"])
        case True:
            return int(sums["unpriced"])
        case False:
            return int(sums["all"] - sums["unpriced"])


def _count_edge(chosen: Selection, begin: datetime | date | None, end: datetime | date | None) -> int:
    if begin is None or end is None:
        return 0
    edge = {"date_from": _moment(begin), "date_to": _moment(end)}
    if edge["date_from"] >= edge["date_to"]:
        return 0
    return _count(conditions(chosen.model_copy(update=edge)))


def _count(wanted: dict[str, Any]) -> int:
    return CostRecord.objects.filter(**wanted).count()


def _moment(bound: datetime | date) -> datetime:
    return bound if isinstance(bound, datetime) else start_of(bound)


def first_day_from(moment: datetime) -> date:
    """The first day that begins at `moment` or later."""
    day = timezone.localdate(moment)
    return day if start_of(day) >= moment else day + timedelta(days=1)
