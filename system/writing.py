"""The transaction of whoever writes what is numbered or chained: one at a time, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

# Any number that no other code of this database uses.
ONE_WRITER_LOCK = 0x0C1A_0DE0

_has_turn: ContextVar[bool] = ContextVar("has_turn", default=False)


@contextmanager
def one_writer() -> Iterator[None]:
    """A transaction with one writer at a time, so that numbers grow in the order of the commits.

    On SQLite every transaction begins IMMEDIATE and is alone by itself. On PostgreSQL an advisory lock,
    taken before anything else so that no two writers can wait for each other, does the same.
    Keep it short: no network, no sleep, no subprocess inside.
    """
    with transaction.atomic():
        take_turn()
        token = _has_turn.set(True)
        try:
            yield
        finally:
            _has_turn.reset(token)


def take_turn() -> None:
    """Wait until this transaction is the one that writes; it stays so until it ends."""
    if connection.vendor == "postgresql" and not _has_turn.get():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_WRITER_LOCK])
