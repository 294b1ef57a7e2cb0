"""Days on a command line."""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import CommandError

FIRST_YEAR, LAST_YEAR = 2000, 2199


def day_of(text: str) -> date:
    """The type of an argument. Raises ArgumentTypeError, which ends the command with 2 and says why."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day such as 2026-11-23") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ArgumentTypeError(f"{text!r} is not in the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


def days_of(options: dict[str, Any], first: date, last: date) -> tuple[date, date]:
    """`--from` and `--to`, both included, where they are given. Raises CommandError."""
    first, last = options["first"] or first, options["last"] or last
    if first > last:
        raise CommandError(f"There is no day from {first} to {last}.", returncode=2)
    return first, last
