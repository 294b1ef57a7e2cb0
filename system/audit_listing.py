"""Audit entries as the API gives them, the newest first."""

from typing import Any

import orjson

from system.audit_schemas import AuditFilters
from system.models import AuditEntry
from system.paging import given, make_cursor, read_cursor


def list_audit(filters: AuditFilters) -> dict[str, Any]:
    """What schemas.AuditList describes."""
    conditions = {
        "actor": filters.actor,
        "action": filters.action,
        "target": filters.target,
        "door": filters.door,
        "at__gte": filters.date_from,
        "at__lt": filters.date_to,
    }
    rows = AuditEntry.objects.filter(**given(conditions)).order_by("-id")
    count = rows.count()
    if filters.cursor is not None:
        rows = rows.filter(pk__lt=read_cursor(filters.cursor))
    window = filters.window
    # One row more than is asked for tells whether there is another page.
    found = list(rows[window.start : window.stop + 1])
    shown = found[: filters.limit]
    return {
        "items": [_entry_out(entry) for entry in shown],
        "count": count,
        "next_cursor": make_cursor(shown[-1].pk) if len(found) > len(shown) else None,
    }


def _entry_out(entry: AuditEntry) -> dict[str, Any]:
    names = ("id", "at", "actor", "door", "address", "token", "action", "target", "digest")
    return {**{name: getattr(entry, name) for name in names}, "changes": changes_of(entry)}


def changes_of(entry: AuditEntry) -> dict[str, Any]:
    """An entry that was edited by hand may hold anything; it is shown all the same."""
    try:
        found = orjson.loads(entry.changes)
    except orjson.JSONDecodeError:
        found = entry.changes
    return found if isinstance(found, dict) else {"unreadable": found}
