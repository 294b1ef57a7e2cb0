"""Samples are added up by hour, once and truly, and stay so when the samples are gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from system import row_retention
from system.metric_rollups import HOUR, hour_of, rebuild_hours, roll_up_metrics, rolled_up_until
from system.models import MetricHour, SystemMetric
from tests.executions.past import last_line
from tests.faults.home import Home
from tests.system.sampling import sampled

BEGIN = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


def rows() -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name != "id"}
        for row in MetricHour.objects.order_by("node_id", "hour").values()
    ]


def two_days() -> datetime:
    """Of two nodes, one of which was silent for a while; when they end."""
    sampled("attic", BEGIN, 50 * 12, seconds=300, memory_usage_percent=40, claude_api_latency_ms=80)
    sampled("cellar", BEGIN + 30 * HOUR, 20, cpu=75.5, load_average_5m=1.25)
    return BEGIN + 50 * HOUR


def test_an_hour_is_what_its_samples_are(any_home: Home) -> None:
    end = two_days()
    assert last_line(roll_up_metrics(end)).startswith("Added up 51 hours of nodes, until 2026-11-27 12:00")
    first, cellar = rows()[0], rows()[-1]
    assert (first["hour"], first["samples"]) == (BEGIN, 12)
    assert [first[f"cpu_{part}"] for part in ("readings", "sum", "least", "most")] == [12, 66, 0, 11]
    assert (first["load_readings"], first["load_sum"]) == (0, None)
    assert (cellar["cpu_sum"], cellar["load_most"], cellar["samples"]) == (1510, 1.25, 20)
    assert rolled_up_until() == end


def test_the_hour_that_goes_on_is_not_added_up(db: None) -> None:
    sampled("attic", BEGIN, 200)  # an hour and forty minutes
    list(roll_up_metrics(BEGIN + timedelta(minutes=100)))
    assert [row["hour"] for row in rows()] == [BEGIN]
    list(roll_up_metrics(BEGIN + 2 * HOUR))
    assert [row["samples"] for row in rows()] == [120, 80]


def test_again_and_anew_it_comes_to_the_same(any_home: Home) -> None:
    end = two_days()
    list(roll_up_metrics(end))
    once = rows()
    list(roll_up_metrics(end))
    assert rows() == once
    MetricHour.objects.all().delete()
    rebuild_hours(BEGIN, end)
    assert rows() == once


def test_a_sample_that_comes_late_is_counted(db: None) -> None:
    sampled("attic", BEGIN, 10)
    list(roll_up_metrics(BEGIN + HOUR))
    sampled("attic", BEGIN + timedelta(minutes=30), 10)
    list(roll_up_metrics(BEGIN + 2 * HOUR))
    assert [row["samples"] for row in rows()] == [20]


def test_hours_outlive_their_samples_and_no_rebuild_forgets_them(db: None) -> None:
    begin = hour_of(timezone.now() - timedelta(days=60))
    sampled("attic", begin, 120)
    sampled("attic", timezone.now() - HOUR, 5)
    last_line(row_retention.delete_old_metrics(timezone.now()))
    assert SystemMetric.objects.count() == 5
    kept = rows()[0]
    assert (kept["hour"], kept["samples"], kept["cpu_sum"]) == (begin, 120, sum(range(100)) + sum(range(20)))
    sampled("attic", begin, 3)  # what a restored backup might bring back
    rebuild_hours(begin, begin + HOUR)
    assert rows()[0] == kept


def test_old_hours_go_at_last(db: None) -> None:
    now = timezone.now()
    for days in (800, 700):
        MetricHour.objects.create(node_id="attic", hour=hour_of(now - timedelta(days=days)), samples=1)
    last_line(row_retention.delete_old_metrics(now))
    assert MetricHour.objects.count() == 1


@pytest.mark.django_db
def test_without_samples_there_is_nothing_to_do() -> None:
    assert last_line(roll_up_metrics(BEGIN)) == "Added up 0 hours of nodes, until 2026-11-25 10:00 UTC."
