"""The transaction in which an execution changes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# Any number that no other code of this database uses.
EVENTS_LOCK = 0x0C1A_0DE0


@contextmanager
def writing() -> Iterator[None]:
    """A transaction with one writer at a time, so that event ids grow in the order of the commits.

    On SQLite every transaction begins IMMEDIATE and is alone by itself. On PostgreSQL an advisory lock,
    taken before anything else so that no two writers can wait for each other, does the same.
    Keep it short: no network, no sleep, no subprocess inside.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EVENTS_LOCK])
        yield
