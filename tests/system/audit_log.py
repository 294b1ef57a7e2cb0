"""Entries of the audit as tests read them, and changes of them that only the database's owner can make."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from django.db import connection, transaction

from system.audit import record
from system.audit_listing import changes_of
from system.models import AuditEntry

TABLE = AuditEntry._meta.db_table


def actions() -> list[str]:
    """In the order in which they happened."""
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def last() -> AuditEntry:
    return AuditEntry.objects.latest("id")


def last_changes() -> dict[str, Any]:
    return changes_of(last())


def stored_text() -> str:
    """All that is stored of all entries, as one text."""
    return orjson.dumps(list(AuditEntry.objects.values()), default=str).decode()


def some_entries(count: int) -> None:
    with transaction.atomic():
        for number in range(1, count + 1):
            record("agent.change", f"agent-{number}", {"enabled": {"before": True, "after": False}})


@contextmanager
def tampered(*statements: str) -> Iterator[None]:
    """What is inside sees the audit after `statements`, which no trigger refused; then all is as before."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in (*_without_triggers(), *statements):
                cursor.execute(statement)
        yield
        transaction.set_rollback(True)


def _without_triggers() -> list[str]:
    if connection.vendor == "postgresql":
        return [f"ALTER TABLE {TABLE} DISABLE TRIGGER USER"]
    return [f"DROP TRIGGER {TABLE}_{event}" for event in ("insert", "update", "delete")]
