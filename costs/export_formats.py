"""Files of rows: CSV for spreadsheets, JSON Lines for programs."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from system.wire import dumps

Row = tuple[Any, ...]
Parts = Callable[[tuple[str, ...], Iterable[list[Row]]], Iterator[bytes]]

# A spreadsheet takes a text that begins so as a formula, and runs it: OWASP, "CSV Injection".
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
HARMLESS = "'"
# Texts that are numbers: a refund below zero is one, and no formula.
NUMBERS = "_usd"


@dataclass(frozen=True)
class Format:
    content_type: str
    parts: Parts


def csv_parts(columns: tuple[str, ...], pages: Iterable[list[Row]]) -> Iterator[bytes]:
    """RFC 4180, with a header. Empty is null: a cost that is unknown is no 0."""
    texts = [place for place, name in enumerate(columns) if not name.endswith(NUMBERS)]
    yield _lines([columns])
    for page in pages:
        yield _lines([_cells(row, texts) for row in page])


def _cells(row: Row, texts: Iterable[int]) -> list[Any]:
    cells = list(row)
    for place in texts:
        value = cells[place]
        if isinstance(value, str):
            if value[:1] in FORMULA_STARTS and value:
                cells[place] = HARMLESS + value
        elif isinstance(value, bool):
            cells[place] = "true" if value else "false"
    return cells


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def jsonl_parts(columns: tuple[str, ...], pages: Iterable[list[Row]]) -> Iterator[bytes]:
    """An object a line, as the API's lists have them."""
    for page in pages:
        yield b"".join(dumps(dict(zip(columns, row, strict=True))) + b"\n" for row in page)


FORMATS = {
    "csv": Format("text/csv; charset=utf-8; header=present", csv_parts),
    "jsonl": Format("application/jsonl; charset=utf-8", jsonl_parts),
}
