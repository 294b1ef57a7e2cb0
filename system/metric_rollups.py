"""Samples added up by hour, so that months of them are read at once, and outlive the samples themselves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count

from system.metric_sums import COLUMNS, BucketNumber, of_samples
from system.models import Cursor, MetricHour, SystemMetric
from system.retention import one_batch
from system.writing import one_writer

HOUR = timedelta(hours=1)
CURSOR = "metric-hours"  # up to which second of 1970 all is added up
# A sample may be committed after its hour was added up, or by a node whose clock is behind.
ONCE_MORE = 6 * HOUR
AT_ONCE = timedelta(days=1)


def rolled_up_until() -> datetime | None:
    """All hours before are in MetricHour; None while none is."""
    position = Cursor.objects.filter(name=CURSOR).values_list("position", flat=True).first()
    return None if position is None else datetime.fromtimestamp(position, UTC)


def roll_up_metrics(now: datetime) -> Iterator[str]:
    """Add up the hours that are over; how far it has come, and in the end how much it was."""
    until = hour_of(now)
    begin = _begin(until)
    written = 0
    while begin < until:
        end = min(begin + AT_ONCE, until)
        written += rebuild_hours(begin, end)
        begin = end
        yield f"Added up {written:,} hours of nodes, until {end:%F %H:%M} UTC."
    yield f"Added up {written:,} hours of nodes, until {until:%F %H:%M} UTC."


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def rebuild_hours(begin: datetime, end: datetime) -> int:
    """Add the samples from `begin` to `end`, two whole hours, up anew; how many rows were written.

    An hour of which more samples were added up before stays as it is: some of them have been deleted since.
    Behind each such part is a pause: of a house that was sampled for months, hundreds follow one another.
    """
    with one_batch(one_writer):
        before = MetricHour.objects.filter(hour__gte=begin, hour__lt=end)
        known = {(row.node_id, row.hour): row.samples for row in before.only("node_id", "hour", "samples")}
        rows = [row for row in _hours(begin, end) if row.samples >= known.get((row.node_id, row.hour), 0)]
        MetricHour.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["node_id", "hour"],
            update_fields=["samples", *COLUMNS],
            batch_size=500,
        )
        position = int(end.timestamp())
        cursor, _ = Cursor.objects.get_or_create(name=CURSOR, defaults={"position": position})
        Cursor.objects.filter(pk=cursor.pk, position__lt=position).update(position=position)
    return len(rows)


def _begin(until: datetime) -> datetime:
    done = rolled_up_until()
    if done is not None:
        return min(done, until) - ONCE_MORE
    oldest = SystemMetric.objects.order_by("timestamp").values_list("timestamp", flat=True).first()
    return until if oldest is None else hour_of(oldest)


def _hours(begin: datetime, end: datetime) -> Iterator[MetricHour]:
    samples = SystemMetric.objects.filter(timestamp__gte=begin, timestamp__lt=end).order_by()
    numbered = samples.annotate(number=BucketNumber("timestamp", 3600)).values_list("node_id", "number")
    rows: Any = numbered.annotate(samples=Count("id"), **of_samples())
    for node, number, count, *sums in rows:
        hour = datetime.fromtimestamp(number * 3600, UTC)
        columns = dict(zip(COLUMNS, sums, strict=True))
        yield MetricHour(node_id=node, hour=hour, samples=count, **columns)
