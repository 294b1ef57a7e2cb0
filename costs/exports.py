"""What can be taken out: billed requests, and their sums by day and by month.

Each page is a query of its own that begins after the last row of the one before: however slowly it is
read, no transaction is held open and no more than a page is in memory.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import F
from django.db.models.functions import TruncMonth

from costs.export_formats import FORMATS
from costs.models.daily import AMOUNTS, COUNTS, KEY
from costs.querysets import sums_of
from costs.records import (
    COLUMNS,
    ROWS,
    Row,
    as_shown,
    conditions,
    daily_sums,
    first_day_from,
    place_of,
    units,
)
from costs.schemas.records import ExportFilters
from system.errors import Invalid
from system.money import text_of, text_of_units

FIRST_PAGE = 100  # small, so that the first bytes leave at once
PAGE = 1000
DAY_COLUMNS = (*KEY, *COUNTS, *AMOUNTS)
MONTH_COLUMNS = ("month", *COUNTS, *AMOUNTS)
OF_RECORDS_ALONE = ("execution_id", "unpriced", "is_complete")


def export(filters: ExportFilters, file_format: str) -> Iterator[bytes]:
    """The parts of the file: nothing is read before the first is asked for.

    Raises Invalid at once for filters that sums cannot be asked.
    """
    form = FORMATS[file_format]
    match filters.kind:
        case "records":
            return form.parts(tuple(COLUMNS), _record_pages(filters))
        case "days":
            return form.parts(DAY_COLUMNS, _day_pages(_for_sums(filters)))
        case "months":
            return form.parts(MONTH_COLUMNS, _month_pages(_for_sums(filters)))


def _for_sums(filters: ExportFilters) -> ExportFilters:
    for name in OF_RECORDS_ALONE:
        if getattr(filters, name) is not None:
            raise Invalid(f"{name} is about records; {filters.kind} are their sums.", field=name)
    return filters


def _record_pages(filters: ExportFilters) -> Iterator[list[Row]]:
    """The oldest first: what is recorded meanwhile comes at the end."""
    wanted, size = conditions(filters), FIRST_PAGE
    rows = ROWS.filter(**wanted).order_by("timestamp", "id")
    while found := [as_shown(row) for row in rows[:size]]:
        yield found
        if len(found) < size:
            return
        place, size = place_of(found[-1]), PAGE
        # It takes the place of the bound that was given: with two, a database may search by the weaker one.
        after = ROWS.filter(**wanted | {"timestamp__gte": place.at})
        rows = after.exclude(timestamp=place.at, id__lte=place.id).order_by("timestamp", "id")


def _day_pages(filters: ExportFilters) -> Iterator[list[Row]]:
    plain, amounts = (*KEY, *COUNTS), map(units, AMOUNTS)
    days = daily_sums(filters).filter(**_range(filters, "day")).order_by("day", "id")
    rows, size = days.values_list("id", *plain, *amounts), FIRST_PAGE
    after = rows
    while found := list(after[:size]):
        yield [
            (row[1].isoformat(), *row[2 : 1 + len(plain)], *map(text_of_units, row[1 + len(plain) :]))
            for row in found
        ]
        if len(found) < size:
            return
        size = PAGE
        after = rows.filter(day__gte=found[-1][1]).exclude(day=found[-1][1], id__lte=found[-1][0])


def _month_pages(filters: ExportFilters) -> Iterator[list[Row]]:
    months = daily_sums(filters).annotate(month=TruncMonth("day")).filter(**_range(filters, "month"))
    sums = {f"sum_of_{name}": total for name, total in sums_of(*COUNTS, *AMOUNTS).items()}
    rows = months.values("month").annotate(**sums).order_by("month").values_list("month", *map(F, sums))
    yield [
        (f"{month:%Y-%m}", *map(int, values[: len(COUNTS)]), *map(text_of, values[len(COUNTS) :]))
        for month, *values in rows
    ]


def _range(filters: ExportFilters, column: str) -> dict[str, date]:
    """Days and months that begin in the range: of two ranges that meet, each is in one."""
    bounds: dict[str, Any] = {f"{column}__gte": filters.date_from, f"{column}__lt": filters.date_to}
    return {name: first_day_from(moment) for name, moment in bounds.items() if moment is not None}
