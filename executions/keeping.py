"""Which executions retention may touch, and in what order."""

import re
from collections.abc import Iterator

import orjson
from django.db.models import Exists, OuterRef, QuerySet

from executions.models import Execution
from system.models import Alert

ROUND = 5000
UID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def dispensable() -> QuerySet[Execution]:
    """What has ended, and is neither the newest of its agent nor named by an alert that is open.

    By `completed_at`, which is null until the end: SQLite would look by status, and then sort.
    """
    ended = Execution.objects.filter(completed_at__isnull=False)
    newer = ended.filter(agent_type=OuterRef("agent_type"), pk__gt=OuterRef("pk"))
    return ended.filter(Exists(newer)).exclude(uid__in=_named_by_open_alerts())


def _named_by_open_alerts() -> list[str]:
    opened = Alert.objects.filter(resolved_at__isnull=True).exclude(subject="")
    return [
        uid
        for key, subject, data in opened.values_list("key", "subject", "data")
        for uid in UID.findall(f"{key} {subject} {orjson.dumps(data).decode()}")
    ]


def rounds(rows: QuerySet[Execution]) -> Iterator[list[int]]:
    """Keys of `rows`, those that began first at first, some thousand at a time.

    A round is looked for when the one before has been dealt with; what is left of that comes no second time.
    """
    since, last = None, set[int]()
    while True:
        later = rows if since is None else rows.filter(started_at__gte=since)
        found = dict(later.order_by("started_at").values_list("pk", "started_at")[:ROUND])
        if not found.keys() - last:
            return
        yield [pk for pk in found if pk not in last]
        since, last = max(found.values()), set(found)
