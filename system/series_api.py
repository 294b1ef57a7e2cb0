"""How nodes were over time, for whoever draws it elsewhere."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from system.authentication import require
from system.errors import Invalid
from system.metric_series import FROM_HOURS, FROM_SAMPLES, LONGEST_SPAN, Point, fitting_seconds, read_series
from system.models import Node
from system.roles import Role
from system.series_schemas import SeriesFilters, SeriesOut

router = Router(tags=["system"], auth=require(Role.VIEWER))

MOST_NODES = 20
MOST_ASKED = 2000  # points of each node
USUAL = timedelta(hours=24)


@router.get("/metrics/series", response=SeriesOut)
def series(request: HttpRequest, asked: Query[SeriesFilters]) -> dict[str, Any]:
    """Mean, least and most of each quantity in stretches of time, of twenty nodes at most."""
    end = asked.date_to or timezone.now()
    begin = asked.date_from or end - USUAL
    if begin >= end:
        raise Invalid(f"{end.isoformat()} is not after {begin.isoformat()}.", field="date_to")
    if end - begin > LONGEST_SPAN:
        raise Invalid(f"At most {LONGEST_SPAN.days} days can be asked for at once.", field="date_from")
    seconds = fitting_seconds(begin, end) if asked.resolution is None else asked.resolution
    known = (*FROM_SAMPLES, *FROM_HOURS)
    if seconds not in known:
        raise Invalid(f"There is no resolution of {seconds} s; there are {known}.", field="resolution")
    if (end - begin).total_seconds() > seconds * MOST_ASKED:
        raise Invalid(f"That is more than {MOST_ASKED:,} points of each node.", field="resolution")
    names = Node.objects.order_by("name").values_list("name", flat=True)
    nodes = [asked.node_id] if asked.node_id is not None else list(names[:MOST_NODES])
    found = read_series(nodes, begin, end, seconds).points
    items = [{"node_id": node, "points": [_shown(point) for point in found[node]]} for node in nodes]
    return {"date_from": begin, "date_to": end, "resolution": seconds, "items": items, "count": len(items)}


def _shown(point: Point) -> dict[str, Any]:
    return {"at": point.at, **point.readings}
