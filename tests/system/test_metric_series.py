"""Curves of samples: put together by either database, whatever the time zone, and never more than fit."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from system.metric_rollups import roll_up_metrics
from system.metric_series import MOST_POINTS, Series, fitting_seconds, read_series
from system.models import SystemMetric
from tests.faults.home import Home
from tests.system.sampling import sampled

# The clocks of Berlin go back at 01:00 UTC; those of Kathmandu are 5 h 45 min ahead.
BEGIN = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def cpu(series: Series, node: str = "attic") -> list[tuple[str, float, float, float]]:
    return [
        (f"{point.at:%H:%M:%S}", *(round(value, 2) for value in point.readings["cpu"]))
        for point in series.points[node]
    ]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
def test_buckets_are_the_same_everywhere(any_home: Home, settings: Settings, zone: str) -> None:
    """Three hours over a change of clocks: 40 samples of 0 to 39 in each 20 minutes."""
    settings.TIME_ZONE = zone
    for twenty in range(9):
        sampled("attic", BEGIN + twenty * timedelta(minutes=20), 40)
    sampled("cellar", BEGIN + HOUR, 1, cpu=50)
    fine = read_series(["attic", "cellar"], BEGIN, BEGIN + 3 * HOUR, 600)
    assert cpu(fine)[:3] == [("00:00:00", 9.5, 0, 19), ("00:10:00", 29.5, 20, 39), ("00:20:00", 9.5, 0, 19)]
    assert len(cpu(fine)) == 18
    assert cpu(fine, "cellar") == [("01:00:00", 50, 50, 50)]
    by_hour = read_series(["attic"], BEGIN, BEGIN + 3 * HOUR, 3600)
    assert cpu(by_hour) == [(f"0{hour}:00:00", 19.5, 0, 39) for hour in range(3)]


def test_hours_and_samples_are_one_curve(any_home: Home) -> None:
    """Half of a bucket is whole hours, and half of it is samples that were not added up yet."""
    sampled("attic", BEGIN, 120, cpu=10)
    sampled("attic", BEGIN + HOUR, 60, cpu=40)
    whole = cpu(read_series(["attic"], BEGIN, BEGIN + 2 * HOUR, 7200))
    assert whole == [("00:00:00", 20, 10, 40)]
    list(roll_up_metrics(BEGIN + HOUR))
    SystemMetric.objects.filter(timestamp__lt=BEGIN + HOUR).delete()
    assert cpu(read_series(["attic"], BEGIN, BEGIN + 2 * HOUR, 7200)) == whole


def test_what_could_not_be_read_is_no_zero(db: None) -> None:
    sampled("attic", BEGIN, 2, cpu=10, temperature_c=None)
    SystemMetric.objects.create(node_id="attic", timestamp=BEGIN + HOUR, temperature_c=40)
    points = read_series(["attic"], BEGIN, BEGIN + 2 * HOUR, 3600).points["attic"]
    assert [set(point.readings) for point in points] == [{"cpu"}, {"temperature"}]
    assert read_series(["nobody"], BEGIN, BEGIN + HOUR, 30).points == {"nobody": []}


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        (timedelta(minutes=10), 30),
        (HOUR, 30),
        (6 * HOUR, 60),
        (24 * HOUR, 300),
        (timedelta(days=7), 3600),
        (timedelta(days=30), 7200),
        (timedelta(days=365), 86400),
        (timedelta(days=1100), 604800),
    ],
)
def test_no_span_has_more_points_than_fit(db: None, span: timedelta, seconds: int) -> None:
    now = timezone.now()
    assert fitting_seconds(now - span, now) == seconds
    assert span.total_seconds() / seconds <= MOST_POINTS


def test_of_a_time_whose_samples_are_gone_there_are_hours(db: None) -> None:
    long_ago = timezone.now() - timedelta(days=60)
    assert fitting_seconds(long_ago, long_ago + HOUR) == 3600


def test_it_asks_as_often_for_many_nodes_and_samples(db: None) -> None:
    nodes = [f"node-{number}" for number in range(6)]
    for node in nodes:
        sampled(node, BEGIN, 500)
    list(roll_up_metrics(BEGIN + 3 * HOUR))
    with CaptureQueriesContext(connection) as asked:
        read_series(nodes, BEGIN, BEGIN + 5 * HOUR, 3600)
    assert len(asked) == 3
    assert all("GROUP BY" in query["sql"] for query in asked.captured_queries[1:])
