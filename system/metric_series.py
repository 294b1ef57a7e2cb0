"""How nodes were over time, in so many points at most, from samples or from whole hours of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from system import app_settings
from system.metric_rollups import hour_of, rolled_up_until
from system.metric_sums import COLUMNS, BucketNumber, added_up, of_hours, of_samples
from system.models import MetricHour, SystemMetric
from system.quantities import QUANTITIES

MOST_POINTS = 370  # of each node: a year by days
HOUR_SECONDS = 3600
# Seconds of a bucket. Those of an hour and more are made of whole hours.
FROM_SAMPLES = (30, 60, 120, 300, 600)
FROM_HOURS = (3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
LONGEST_SPAN = timedelta(days=1100)

Row = Mapping[str, Any]


class Reading(NamedTuple):
    mean: float
    least: float
    most: float


@dataclass(frozen=True)
class Point:
    """What was read in a bucket that began `at`, by the name of the quantity; what was not is not there."""

    at: datetime
    readings: Mapping[str, Reading]


@dataclass(frozen=True)
class Series:
    """Points of each node, in order: buckets without a sample have none. `seconds` is what a bucket takes."""

    begin: datetime
    end: datetime
    seconds: int
    points: Mapping[str, Sequence[Point]]

    @property
    def gap(self) -> timedelta:
        """Between the beginnings of two points: if it is longer, nothing was heard of the node meanwhile."""
        return timedelta(seconds=max(2.5 * self.seconds, 3 * settings.METRICS_SECONDS))


def fitting_seconds(begin: datetime, end: datetime) -> int:
    """The finest bucket of which no more than there may be fill the span, if samples are left of it all."""
    span = (end - begin).total_seconds()
    finest = FROM_HOURS if begin < _samples_since() else (*FROM_SAMPLES, *FROM_HOURS)
    return next((seconds for seconds in finest if span <= seconds * MOST_POINTS), FROM_HOURS[-1])


def read_series(nodes: Sequence[str], begin: datetime, end: datetime, seconds: int) -> Series:
    """Of the moments from `begin` up to and without `end`; at most three queries, whatever there is."""
    rows: dict[str, dict[int, list[Row]]] = {node: defaultdict(list) for node in nodes}
    done = rolled_up_until() if seconds >= HOUR_SECONDS else None
    if done is not None:
        _read_hours(rows, begin, min(done, end), seconds)
    _read_samples(rows, begin if done is None else max(done, begin), end, seconds)
    return Series(begin, end, seconds, {node: _points(found, seconds) for node, found in rows.items()})


def _samples_since() -> datetime:
    kept = timedelta(days=app_settings.get("retention.metrics_days"))
    return timezone.now() - kept


def _read_hours(rows: dict[str, Any], begin: datetime, end: datetime, seconds: int) -> None:
    hours = MetricHour.objects.filter(node_id__in=list(rows), hour__gte=hour_of(begin), hour__lt=end)
    numbered = hours.order_by().annotate(number=BucketNumber("hour", seconds)).values("node_id", "number")
    found: Any = numbered.annotate(**of_hours())
    for row in found:
        plain = {name: row[f"of_{name}"] for name in COLUMNS}
        rows[row["node_id"]][row["number"]].append(plain)


def _read_samples(rows: dict[str, Any], begin: datetime, end: datetime, seconds: int) -> None:
    if begin >= end:
        return
    samples = SystemMetric.objects.filter(node_id__in=list(rows), timestamp__gte=begin, timestamp__lt=end)
    numbered = (
        samples.order_by().annotate(number=BucketNumber("timestamp", seconds)).values("node_id", "number")
    )
    for row in numbered.annotate(**of_samples()):
        rows[row["node_id"]][row["number"]].append(row)


def _points(found: Mapping[int, Sequence[Row]], seconds: int) -> list[Point]:
    return [
        Point(datetime.fromtimestamp(number * seconds, UTC), _readings(found[number]))
        for number in sorted(found)
    ]


def _readings(rows: Sequence[Row]) -> dict[str, Reading]:
    """A bucket that both hours and samples are part of has a row of each."""
    row = rows[0] if len(rows) == 1 else added_up(rows)
    found = {}
    for quantity in QUANTITIES:
        count = row[f"{quantity.name}_readings"]
        if count:
            name = quantity.name
            found[name] = Reading(row[f"{name}_sum"] / count, row[f"{name}_least"], row[f"{name}_most"])
    return found
