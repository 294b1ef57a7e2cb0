"""Taking away what is old, a few rows at a time: who writes meanwhile waits for no more than one batch."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from system import app_settings

BATCH = 1000
SHORTEST_PAUSE_SECONDS = 0.01
# Writers have the database for three times as long as it was kept from them, however slow the disk is.
PAUSES = 3


def days_before(now: datetime, key: str) -> datetime:
    """The moment before which things are old, by the setting `key` in days."""
    return now - timedelta(days=app_settings.get(key))


def old_rows(rows: QuerySet[Any], column: str, before: datetime) -> QuerySet[Any]:
    """Those of `rows` from before then, and all but the newest `retention.rows_most`; the oldest first."""
    old = Q(**{f"{column}__lt": before})
    most = app_settings.get("retention.rows_most")
    last = rows.order_by("-pk").values_list("pk", flat=True)[most : most + 1].first()
    return rows.filter(old if last is None else old | Q(pk__lte=last)).order_by("pk")


def delete_in_batches(rows: QuerySet[Any]) -> Iterator[int]:
    """Delete `rows`, in their order; how many in each batch.

    They are looked for without a transaction, and asked once more inside it: what has changed meanwhile
    stays. It may be cut off anywhere, and begun again.
    """
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        with one_batch():
            _, by_model = rows.order_by().filter(pk__in=ids).delete()
        deleted = by_model.get(rows.model._meta.label, 0)
        yield deleted
        if deleted == 0 or len(ids) < BATCH:
            return


def told(what: str, before: datetime, batches: Iterator[int]) -> Iterator[str]:
    """How far it has come, and in the end what it was."""
    deleted = 0
    for number in batches:
        deleted += number
        yield f"Deleted {deleted:,} {what} so far."
    yield f"Deleted {deleted:,} {what}: those from before {before:%F}, or too many."


@contextmanager
def one_batch(
    in_transaction: Callable[[], AbstractContextManager[None]] = transaction.atomic,
) -> Iterator[None]:
    """A short transaction, and behind it a pause in which those who want to write can."""
    began = time.monotonic()
    with in_transaction():
        yield
    time.sleep(max(SHORTEST_PAUSE_SECONDS, PAUSES * (time.monotonic() - began)))
