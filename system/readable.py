"""Quantities as a person reads them on a page."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from system.money import text_of

NOTHING = "–"
TIME = '<time datetime="{}"{}>{}</time>'
AMOUNT = '<data value="{}" title="{}">{}</data>'
DUE = SafeString(" data-due")


def read_duration(milliseconds: int | float | None) -> str:
    """ "340 ms", "12.3 s", "4 min 05 s" or "2 h 03 min"."""
    if milliseconds is None:
        return NOTHING
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def read_usd(amount: Decimal | None) -> str:
    """Exact: "$0.0008125" or "-$0.25"; nothing is rounded away."""
    if amount is None:
        return NOTHING
    text = text_of(amount)
    return f"-${text[1:]}" if text.startswith("-") else f"${text}"


def read_short_usd(amount: Decimal | None) -> str:
    """Rounded for the eye: "$12.35", below a dollar four digits that say something, as in "$0.0002713"."""
    if amount is None or not amount or abs(amount) >= 1:
        return NOTHING if amount is None else f"{'-' if amount < 0 else ''}${abs(amount):.2f}"
    return read_usd(_rounded(amount))


def read_amount(amount: Decimal | None) -> str:
    """The same on a page: where something was rounded away, the exact amount is told to who points at it."""
    shown = read_short_usd(amount)
    if amount is None or _rounded(amount) == amount:
        return shown
    return format_html(AMOUNT, text_of(amount), read_usd(amount), shown)


def read_rounded(amount: Decimal) -> str:
    """The same as a number within a sentence that names its unit: "12.35", "0.5", "0.0002713"."""
    return text_of(_rounded(amount))


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-2 if abs(amount) >= 1 else max(amount.adjusted() - 3, -12)))


def read_count(number: int | None) -> str:
    return NOTHING if number is None else f"{number:,}"


def read_bytes(count: float | None) -> str:
    """In binary units: "10.4 GiB"."""
    if count is None:
        return NOTHING
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def read_percent(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1f} %"


def read_moment(moment: datetime | None) -> str:
    """A <time> that says the moment in TIME_ZONE; times.js makes it relative, and keeps the exact one."""
    if moment is None:
        return NOTHING
    return format_html(TIME, moment.isoformat(), "", _in_words(moment))


def read_due_moment(moment: datetime | None) -> str:
    """The same of what is to come: once it has passed, times.js calls it due."""
    if moment is None:
        return NOTHING
    return format_html(TIME, moment.isoformat(), DUE, _in_words(moment))


def _in_words(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"


def read_json(value: Any) -> str:
    """Indented; it is to be escaped like any other text."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
