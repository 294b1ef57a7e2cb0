"""A schedule in words, that say what it does."""

import pytest

from scheduling.words import describe

WORDS = {
    "0 3 * * 1-5": "At 03:00, Monday through Friday",
    "@weekly": "At 00:00, only on Sunday",
    "@hourly": "Every hour",
    "* * * * *": "Every minute",
    "*/15 9-17 * * *": "Every 15 minutes, between 09:00 and 17:59",
    "*/40 * * * *": "At 0 and 40 minutes past the hour",
    "*/60 * * * *": "Every hour",
    "0 0-23 * * *": "Every hour",
    "0 */2 * * *": "Every 2 hours",
    "0 3 1 * 1": "At 03:00, on day 1 of the month or on Monday",
    "0 3 1 * 1-5": "At 03:00, on day 1 of the month or Monday through Friday",
    "0 3 */10 * 1": "At 03:00, on day 1, 11, 21, and 31 of the month, if it is Monday",
    "0 3 1-31 * 1": "At 03:00",
    "0 3 * * 6,0,5": "At 03:00, Friday through Sunday",
    "0 3 * * MON#2": "At 03:00, only on the second Monday of the month",
    "0 3 * * 1#1,5": "At 03:00, on Friday or on the first Monday of the month",
    "0 3 15,L JAN *": "At 03:00, on day 15 of the month or on the last day of the month, only in January",
    "0 0 29 feb *": "At 00:00, on day 29 of the month, only in February",
}


@pytest.mark.parametrize("expression", WORDS)
def test_words(expression: str) -> None:
    assert describe(expression) == WORDS[expression]
