"""Cron expressions as people write them: read right, or refused in words that say what would be right."""

import time
from datetime import UTC, datetime

import pytest

from scheduling.cron import Cron
from system.errors import Invalid

NOW = datetime(2026, 11, 26, 12, 3, tzinfo=UTC)  # a Thursday

DUE = {
    "* * * * *": "2026-11-26 12:04",
    "*/15 * * * *": "2026-11-26 12:15",
    "5/15 * * * *": "2026-11-26 12:05",
    "0-10/5 * * * *": "2026-11-26 12:05",
    "1,3,5 * * * *": "2026-11-26 12:05",
    "2,3,3 * * * *": "2026-11-26 13:02",
    "0 */6 * * *": "2026-11-26 18:00",
    "0 9-17 * * *": "2026-11-26 13:00",
    "007 08 * * *": "2026-11-27 08:07",
    "  30   3 *\t* *  ": "2026-11-27 03:30",
    "0 0 * * 0": "2026-11-29 00:00",
    "0 0 * * 7": "2026-11-29 00:00",
    "0 0 * * SUN": "2026-11-29 00:00",
    "0 0 * * sat-sun": "2026-11-28 00:00",
    "0 0 * * 5-7": "2026-11-27 00:00",
    "0 0 * * MON": "2026-11-30 00:00",
    "0 0 * * mon,wed": "2026-11-30 00:00",
    "0 0 * * 1-5/2": "2026-11-27 00:00",
    "0 0 1 jan *": "2027-01-01 00:00",
    "0 0 1 JAN-MAR/2 *": "2027-01-01 00:00",
    "0 0 29 2 *": "2028-02-29 00:00",
    "0 0 31 * *": "2026-12-31 00:00",
    "0 0 L * *": "2026-11-30 00:00",
    "0 0 LW 2 *": "2027-02-26 00:00",
    "0 0 * * 5L": "2026-11-27 00:00",
    "0 0 * * MON#1": "2026-12-07 00:00",
    "0 0 13 * FRI": "2026-11-27 00:00",  # either, as neither begins with a star
    "0 0 */13 * FRI": "2026-11-27 00:00",  # both: days 1, 14 and 27
    "0 0 29 2 */7": "2032-02-29 00:00",
    "@hourly": "2026-11-26 13:00",
    "@daily": "2026-11-27 00:00",
    "@midnight": "2026-11-27 00:00",
    "@weekly": "2026-11-29 00:00",
    "@monthly": "2026-12-01 00:00",
    "@yearly": "2027-01-01 00:00",
    "@Annually": "2027-01-01 00:00",
}

FIVE = "A cron expression has five fields (minute hour day month weekday); this one has "
MACROS = "known are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually."
REFUSED = {
    "": FIVE + "none.",
    "* * * *": FIVE + "four.",
    "0 0 3 * * *": FIVE + "six.",
    "0 0 3 * * * 2027": FIVE + "seven.",
    "* " * 60: FIVE + "60.",
    "* * * * *" + " " * 5111: "A cron expression has at most 200 characters; this one has 5120.",
    "@reboot": f"'@reboot' names no time; {MACROS}",
    "@fortnightly": f"There is no '@fortnightly'; {MACROS}",
    "@daily *": FIVE + "two.",
    "60 * * * *": "The minute '60' is to be a number from 0 to 59.",
    "-1 * * * *": "The minute '' is to be a number from 0 to 59.",
    "1.5 * * * *": "The minute '1.5' is to be a number from 0 to 59.",
    "0 24 * * *": "The hour '24' is to be a number from 0 to 23.",
    "0 0 0 * *": "The day '0' is to be a number from 1 to 31.",
    "0 0 32 * *": "The day '32' is to be a number from 1 to 31.",
    "0 0 1 13 *": "The month '13' is to be a number from 1 to 12 or a name (JAN to DEC).",
    "0 0 1 JANUARY *": "The month 'JANUARY' is to be a number from 1 to 12 or a name (JAN to DEC).",
    "0 0 * * 8": "The weekday '8' is to be a number from 0 to 7 or a name (SUN to SAT).",
    "0 0 * * MON#6": "The weekday 'MON#6' is to be a number from 0 to 7 or a name (SUN to SAT).",
    "0 0 MON * *": "The day 'MON' is to be a number from 1 to 31.",
    "R * * * *": "The minute 'R' is to be a number from 0 to 59;"
    " for runs that do not all begin at once set jitter_seconds.",
    "H(0-29) 3 * * *": "The minute 'H(0' is to be a number from 0 to 59;"
    " for runs that do not all begin at once set jitter_seconds.",
    "0 0 ? * *": "The day '?' is to be a number from 1 to 31; write * for any.",
    "0 0 15W * *": "The day '15W' is to be a number from 1 to 31;"
    " the nearest working day cannot be named; 1-5 as the weekday names working days.",
    "0 0 L-3 * *": "The day 'L' is to be a number from 1 to 31.",
    "٣ * * * *": "The minute '٣' is to be a number from 0 to 59.",
    "\x00 * * * *": "The minute '\\x00' is to be a number from 0 to 59.",
    "1,,2 * * * *": "The minute '1,,2' has an empty part; write values with one comma between them.",
    "*/0 * * * *": "The step '0' of the minute is to be a number from 1 to 60.",
    "*/ * * * *": "The step '' of the minute is to be a number from 1 to 60.",
    "*/90 * * * *": "The step '90' of the minute is to be a number from 1 to 60.",
    "*/5/5 * * * *": "The step '5/5' of the minute is to be a number from 1 to 60.",
    "0 22-6 * * *": "The range 22-6 of the hour ends before it begins; write 22-23,0-6.",
    "0 0 * * FRI-MON": "The range FRI-MON of the weekday ends before it begins; write FRI-7,1-MON.",
    "0 0 * * 5-0": "The range 5-0 of the weekday ends before it begins; write 5-7.",
    "0 0 31 2 *": "It is never due: there is no day '31' in month '2'.",
    "0 0 30,31 FEB *": "It is never due: there is no day '30,31' in month 'FEB'.",
    "0 0 31 4,6 *": "It is never due: there is no day '31' in month '4,6'.",
    "0 0 */20 * MON#2": "It is never due: no day '*/20' of month '*' is a weekday 'MON#2'.",
    f"{'9' * 190} * * * *": f"The minute '{'9' * 40}…' is to be a number from 0 to 59.",
}


@pytest.mark.parametrize("expression", DUE)
def test_right(expression: str) -> None:
    due = Cron.read(expression, "UTC").first_after(NOW)
    assert f"{due:%Y-%m-%d %H:%M}" == DUE[expression]


@pytest.mark.parametrize("expression", REFUSED)
def test_refused_in_words(expression: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Cron.read(expression, "UTC")
    assert refusal.value.detail == REFUSED[expression]
    assert refusal.value.field == "cron_expression"


@pytest.mark.parametrize("advice", ["22-23,0-6", "5-7"])
def test_what_is_advised_is_right(advice: str) -> None:
    assert Cron.read(f"0 {advice} * * *", "UTC")
    assert Cron.read("0 0 * * FRI-7,1-MON", "UTC")


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "America", "../etc/passwd", "\x00", "a" * 10_000, "EST5EDT\n"]
)
def test_no_such_zone(zone: str) -> None:
    with pytest.raises(Invalid, match="There is no time zone"):
        Cron.read("* * * * *", zone)


@pytest.mark.parametrize("zone", ["Pacific/Chatham", "America/New_York"])
@pytest.mark.parametrize(
    "expression", ["0 0 29 2 */7", "* * 29 2 *", "*/7 */3 * * *", "0 0 */20 * MON#2", "0 0 1 1 *"]
)
def test_nothing_goes_round_for_ever(expression: str, zone: str) -> None:
    """A bound so wide that it tells only for ever from milliseconds."""
    began = time.process_time()
    for year in (2026, 2095, 9980, 9999):
        try:
            cron = Cron.read(expression, zone)
        except Invalid:
            continue
        at: datetime | None = datetime(year, 12, 29, tzinfo=UTC)
        for _ in range(5):
            at = at and cron.first_after(at)
    assert time.process_time() - began < 1
