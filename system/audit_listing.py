"""Audit entries as the API gives them, the newest first."""

from typing import Any

import orjson

from system.audit_schemas import AuditFilters
from system.models import AuditEntry
from system.paging import given, newest_first


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
    rows = AuditEntry.objects.filter(**given(conditions))
    shown, next_cursor = newest_first(rows, filters, filters.cursor)
    items = [_entry_out(entry) for entry in shown]
    return {"items": items, "count": rows.count(), "next_cursor": next_cursor}


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
