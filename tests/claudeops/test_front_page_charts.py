"""The arithmetic of the front page's charts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from claudeops.front_page.charts import Layer, curve_of, round_up, stack_days

DAYS = [date(2026, 11, day) for day in (24, 25, 26)]
BEGIN = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "top"),
    [
        (0, "1"),
        (1, "1"),
        (7, "8"),
        (10, "10"),
        (1178, "1200"),
        (Decimal("0.27"), "0.3"),
        (Decimal("1E-12"), "1E-12"),
    ],
)
def test_an_axis_ends_at_a_round_number(amount: Decimal | int, top: str) -> None:
    assert round_up(amount) == Decimal(top)
    assert round_up(amount) >= amount


def test_parts_stand_on_one_another_and_lead_to_their_day() -> None:
    layers = [
        Layer("good", "status-good", {DAYS[0]: 6, DAYS[2]: 2}, lambda day: f"/good/{day}", "/good"),
        Layer("bad", "status-bad", {DAYS[0]: 2}, lambda day: f"/bad/{day}", "/bad"),
    ]
    stack = stack_days(layers, DAYS, str)
    assert (stack.top, stack.total) == ("8", "10")
    first, second, third = stack.bars
    assert [(part.y, part.height, part.url) for part in first.parts] == [
        (25, 75, "/good/2026-11-24"),
        (0, 25, "/bad/2026-11-24"),
    ]
    assert second.parts == []
    assert [bar.values for bar in (second, third)] == [["0", "0"], ["2", "0"]]
    assert [(series.name, series.total) for series in stack.series] == [("good", "8"), ("bad", "2")]


def test_nothing_is_no_chart() -> None:
    assert not stack_days([Layer("good", "x", {}, str, "/")], DAYS, str).has_any


def test_a_curve_is_broken_where_nothing_was_read() -> None:
    minutes = [0, 10, 20, 70, 90, 180]
    readings = [(BEGIN + timedelta(minutes=minute), float(minute)) for minute in minutes]
    readings.insert(2, (BEGIN + timedelta(minutes=15), None))
    curve = curve_of("CPU", "curve-cpu", readings, BEGIN, timedelta(minutes=200), timedelta(minutes=30))
    assert curve.lines == [
        "0.0,100.0 50.0,90.0 100.0,80.0",
        "350.0,30.0 450.0,10.0",
        "900.0,-80.0 900.0,-80.0",
    ]
    assert curve.last == 180
