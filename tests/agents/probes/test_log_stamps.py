"""The time of a log line is understood in the formats that servers write."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agents.probes.logs.stamps import find_stamp, from_number, machine_zone

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=BERLIN)


def at(*parts: int, zone: timezone | ZoneInfo = BERLIN) -> datetime:
    year, month, day, hour, minute, second = parts
    return datetime(year, month, day, hour, minute, second, tzinfo=zone)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-03-02T11:22:33.123456+00:00 host sshd[1]: x", at(2026, 3, 2, 11, 22, 33, zone=UTC)),
        (
            "2026-03-02T11:22:33+0100 host x[1]: y",
            at(2026, 3, 2, 11, 22, 33, zone=timezone(timedelta(hours=1))),
        ),
        (
            "2026-03-02T11:22:33-03:30 x",
            at(2026, 3, 2, 11, 22, 33, zone=timezone(-timedelta(hours=3, minutes=30))),
        ),
        ("2026-03-02 11:22:33,123 ERROR x", at(2026, 3, 2, 11, 22, 33)),
        ("2026-03-02 11:22:33.123 UTC [12] LOG:  x", at(2026, 3, 2, 11, 22, 33, zone=UTC)),
        ("2026-03-02 11:22:33.123 CET [12] LOG:  x", at(2026, 3, 2, 11, 22, 33)),
        ("2026-03-02T11:22:33.123456Z 0 [Note] x", at(2026, 3, 2, 11, 22, 33, zone=UTC)),
        ("2026/03/02 11:22:33 [error] 1#1: *1 x", at(2026, 3, 2, 11, 22, 33)),
        ("[2886] 2026/03/02 11:22:33.433685 [INF] x", at(2026, 3, 2, 11, 22, 33)),
        ("[2026-03-02 11:22:33] production.ERROR: x", at(2026, 3, 2, 11, 22, 33)),
        ("[Mon Mar 02 11:22:33.123456 2026] [core:error] x", at(2026, 3, 2, 11, 22, 33)),
        (
            '1.2.3.4 - - [02/Mar/2026:11:22:33 +0000] "GET / HTTP/1.1" 200 1',
            at(2026, 3, 2, 11, 22, 33, zone=UTC),
        ),
        ("2146:M 02 Mar 2026 11:22:33.603 * Running", at(2026, 3, 2, 11, 22, 33)),
        ("1772446953: New connection", datetime.fromtimestamp(1772446953, UTC)),
        ("Mar  2 11:22:33 host x: y", at(2026, 3, 2, 11, 22, 33)),
        ("<34>Mar  2 11:22:33 host x: y", at(2026, 3, 2, 11, 22, 33)),
        ("Dec 31 23:59:59 host x: y", at(2025, 12, 31, 23, 59, 59)),
        ("Mar  3 10:00:00 host x: y", at(2026, 3, 3, 10, 0, 0)),  # a clock that is a little ahead
        ("Mar  4 10:00:00 host x: y", at(2025, 3, 4, 10, 0, 0)),
        ("Feb 29 10:00:00 host x: y", at(2024, 2, 29, 10, 0, 0)),
    ],
)
def test_a_stamp_is_read(line: str, expected: datetime) -> None:
    stamp = find_stamp(line, NOW)
    assert stamp is not None
    assert stamp.at == expected


@pytest.mark.parametrize(
    "line",
    [
        *("", "Traceback (most recent call last):", "Feb 31 10:00:00 host x", "2026-02-30 10:00:00 x"),
        *("2026-01-01 25:00:00 x", "99999999999999999999", "0000-00-00 00:00:00", "Mai  2 11:22:33 host x"),
        "x" * 200 + " 2026-03-02 11:22:33 too far to the right",
    ],
)
def test_what_is_no_stamp_is_none(line: str) -> None:
    assert find_stamp(line, NOW) is None


def test_the_rest_begins_after_the_stamp() -> None:
    line = "2026-03-02 11:22:33.123 UTC [12] LOG:  x"
    stamp = find_stamp(line, NOW)
    assert stamp is not None
    assert line[stamp.end :] == " [12] LOG:  x"


@pytest.mark.parametrize("value", [1772446953, 1772446953000, 1772446953000000, 1772446953000000000])
def test_a_number_is_read_in_its_unit(value: float) -> None:
    assert from_number(value) == datetime.fromtimestamp(1772446953, UTC)


@pytest.mark.parametrize("value", [0, -5, 12, 1e30, float("inf"), float("nan")])
def test_a_number_of_no_sane_year_is_none(value: float) -> None:
    assert from_number(value) is None


def test_the_machines_zone_is_not_the_sites(tmp_path: Path) -> None:
    zone = Path("/usr/share/zoneinfo/America/New_York")
    if zone.exists():
        winter = datetime(2026, 1, 1, tzinfo=machine_zone(zone))
        assert winter.utcoffset() == timedelta(hours=-5)
    assert machine_zone(tmp_path / "absent") is UTC
    (tmp_path / "bad").write_text("no zone")
    assert machine_zone(tmp_path / "bad") is UTC
