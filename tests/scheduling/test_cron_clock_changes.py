"""Due times where the clocks change, against a table that was written by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scheduling.cron import Cron

TABLE = Path(__file__).parent / "due_times.txt"
LINES = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


@pytest.mark.parametrize("line", LINES)
def test_due_times_are_those_of_the_table(line: str) -> None:
    zone, expression, after, before, written = (part.strip() for part in line.split("|"))
    cron = Cron.read(expression, zone)
    due = [moment(f"{after[:4]}-{each}") for each in written.split(", ")]
    assert list(cron.due_between(moment(after), moment(before))) == due
    assert cron.count_between(moment(after), moment(before)) == len(due)
    walked, at = [], moment(after)
    for _ in due:
        found = cron.first_after(at)
        assert found is not None
        walked, at = [*walked, found], found
    assert walked == due


def test_every_change_of_the_five_zones_in_two_years_is_in_it() -> None:
    """Both by the hour and by the quarter; each zone changes its clocks twice a year."""
    windows = [[part.strip() for part in line.split("|")[:4]] for line in LINES]
    for zone in {zone for zone, *_ in windows}:
        changes = changes_of(ZoneInfo(zone))
        assert len(changes) == 4
        for change in changes:
            named = {
                expression
                for name, expression, after, before in windows
                if name == zone and moment(after) < change < moment(before)
            }
            assert named >= {"0 * * * *", "*/15 * * * *"}, (zone, change)


def changes_of(zone: ZoneInfo) -> list[datetime]:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    hours = [first + number * timedelta(minutes=30) for number in range(2 * 365 * 48)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    return [
        hour
        for hour, offset, before in zip(hours[1:], offsets[1:], offsets, strict=False)
        if offset != before
    ]
