"""When a log line says it was written."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
MONTHS = {name: n for n, name in enumerate(MONTH[1:-1].split("|"), start=1)}
CLOCK = r"(\d\d):(\d\d):(\d\d)"
FRACTION = r"(?:[.,]\d{1,9})?"
HEAD = 128  # a stamp stands at the beginning of its line, after an address or a process number at most

# journald, rsyslog, Python, PostgreSQL, MariaDB; with slashes nginx and Go
ISO = re.compile(
    rf"(?<!\d)(\d{{4}})[-/](\d\d)[-/](\d\d)[T ]{CLOCK}{FRACTION} ?(Z\b|UTC\b|GMT\b|[+-]\d\d:?\d\d\b)?",
    re.ASCII,
)
SYSLOG = re.compile(rf"(?:<\d{{1,3}}>)?{MONTH} {{1,2}}(\d{{1,2}}) {CLOCK}{FRACTION}", re.ASCII)
APACHE = re.compile(
    rf"\[(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) {MONTH} (\d\d) {CLOCK}{FRACTION} (\d{{4}})\]", re.ASCII
)
# access logs (22/Nov/2026:23:24:10 +0000) and Redis (22 Nov 2026 23:24:10.000)
DAY_FIRST = re.compile(
    rf"(?<!\d)(\d\d)[ /]{MONTH}[ /](\d{{4}})[ :]{CLOCK}{FRACTION}(?: ([+-]\d{{4}})\b)?", re.ASCII
)
EPOCH = re.compile(r"\[?(1\d{9})(?:\.\d{1,9})?\]?:? ", re.ASCII)

SANE_EPOCHS = (10**8, 10**10)
YEARS_BACK = 8  # to the last 29 February at the latest


@dataclass(frozen=True)
class Stamp:
    """`end` is where in the line the rest begins."""

    at: datetime
    end: int


def machine_zone(localtime: Path = Path("/etc/localtime")) -> tzinfo:
    """The zone its logs are written in. Not the process's own, which Django sets to the site's."""
    try:
        with localtime.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return UTC


def find_stamp(line: str, now: datetime) -> Stamp | None:
    """The time at the head of `line`. Without a zone it is in `now`'s, without a year the last before."""
    head = line[:HEAD]
    for search, read in READERS:
        if match := search(head):
            try:
                return Stamp(read(match, now), match.end())
            except (ValueError, OverflowError):  # 31 February, 25:00:00
                continue
    return None


def from_number(value: float) -> datetime | None:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, whichever gives a sane year."""
    for unit in (1, 10**3, 10**6, 10**9):
        if SANE_EPOCHS[0] <= value / unit < SANE_EPOCHS[1]:
            return datetime.fromtimestamp(value / unit, UTC)
    return None


def _zone(name: str | None, now: datetime) -> tzinfo | None:
    if not name:
        return now.tzinfo
    if name in {"Z", "UTC", "GMT"}:
        return UTC
    offset = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
    return timezone(-offset if name[0] == "-" else offset)


def _read_iso(match: re.Match[str], now: datetime) -> datetime:
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    return datetime(year, month, day, hour, minute, second, tzinfo=_zone(match[7], now))


def _read_syslog(match: re.Match[str], now: datetime) -> datetime:
    """The year is the latest that does not put the line more than a day after `now`."""
    month, day, hour, minute, second = MONTHS[match[1]], *map(int, match.groups()[1:5])
    for year in range(now.year + 1, now.year - YEARS_BACK, -1):
        try:
            at = datetime(year, month, day, hour, minute, second, tzinfo=now.tzinfo)
        except ValueError:
            continue
        if at <= now + timedelta(days=1):
            return at
    raise ValueError(match[0])


def _read_apache(match: re.Match[str], now: datetime) -> datetime:
    day, hour, minute, second, year = map(int, match.groups()[1:6])
    return datetime(year, MONTHS[match[1]], day, hour, minute, second, tzinfo=now.tzinfo)


def _read_day_first(match: re.Match[str], now: datetime) -> datetime:
    hour, minute, second = map(int, match.groups()[3:6])
    zone = _zone(match[7], now)
    return datetime(int(match[3]), MONTHS[match[2]], int(match[1]), hour, minute, second, tzinfo=zone)


def _read_epoch(match: re.Match[str], now: datetime) -> datetime:
    return datetime.fromtimestamp(int(match[1]), UTC)


Search = Callable[[str], re.Match[str] | None]
Read = Callable[[re.Match[str], datetime], datetime]
READERS: tuple[tuple[Search, Read], ...] = (
    (ISO.search, _read_iso),
    (SYSLOG.match, _read_syslog),
    (APACHE.match, _read_apache),
    (DAY_FIRST.search, _read_day_first),
    (EPOCH.match, _read_epoch),
)
