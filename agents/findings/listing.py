"""Findings as a list of the API: the newest first, at the same price however deep it leads."""

from typing import Any

from django.db.models import QuerySet

from agents.findings.schemas import FindingFilters, FindingOut
from agents.models import Finding
from system.paging import given, newest_first

TEXTS = ("evidence", "recommendation", "command")


def matching(filters: FindingFilters) -> QuerySet[Finding]:
    rows = Finding.objects.active() if filters.state == "active" else Finding.objects.all()
    wanted = {
        "state": None if filters.state == "active" else filters.state,
        "severity": filters.severity,
        "agent_type": filters.agent_type,
        "node_id": filters.node_id,
        "last_seen__gte": filters.date_from,
        "last_seen__lt": filters.date_to,
    }
    return rows.filter(**given(wanted))


def list_findings(filters: FindingFilters) -> dict[str, Any]:
    """What schemas.FindingList describes. Two queries."""
    found = matching(filters)
    rows = found.defer(*TEXTS).select_related("first_execution", "last_execution")
    rows = rows.only(
        *(field.name for field in Finding._meta.concrete_fields if field.name not in TEXTS),
        "first_execution__uid",
        "last_execution__uid",
    )
    shown, next_cursor = newest_first(rows, filters, filters.cursor)
    items = [FindingOut.of(row) for row in shown]
    return {"items": items, "count": found.count(), "next_cursor": next_cursor}
