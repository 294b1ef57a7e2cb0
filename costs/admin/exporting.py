"""Links on a list that download what it shows."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from costs.export_formats import FORMATS
from system.admin_permissions import ReadOnlyAdmin

LABELS = {"csv": "Export CSV", "jsonl": "Export JSON Lines"}
FILTERS = {
    "agent_type": "agent_type",
    "model_used": "model",
    "node_id": "node_id",
    "triggered_by": "triggered_by",
    "triggered_by__exact": "triggered_by",
    "trigger_source": "trigger_source",
}
TRUTHS = {"1": "true", "0": "false", "yes": "true", "no": "false"}
# Of paging and sorting an export knows nothing; anything else would have to be in it.
NO_FILTERS = {"p", "o", "e", "all"}


class ExportingAdmin(ReadOnlyAdmin):
    export_kind = "records"
    list_before_template = "costs/export_links.html"  # type: ignore[assignment]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        more = {**(extra_context or {}), "exports": export_links(self.export_kind, request.GET)}
        return super().changelist_view(request, more)


def export_links(kind: str, asked: QueryDict) -> list[dict[str, str]]:
    """None of them where the list asks what an export cannot."""
    query = _query(asked)
    if query is None:
        return []
    text = urlencode({"kind": kind, **query})
    return [{"label": LABELS[name], "url": f"{reverse(f'api:export_{name}')}?{text}"} for name in FORMATS]


def _query(asked: QueryDict) -> dict[str, str] | None:
    query: dict[str, str] = {}
    for name, value in asked.items():
        if name in NO_FILTERS or not value:
            continue
        try:
            query |= _parameter(name, str(value))
        except ValueError:
            return None
    return query


def _parameter(name: str, value: str) -> dict[str, str]:
    """Raises ValueError for what an export cannot be asked."""
    match name.split("__"):
        case [_] | [_, "exact"] if name in FILTERS:
            return {FILTERS[name]: value}
        case ["is_complete", "exact"]:
            return {"is_complete": TRUTHS.get(value, value)}
        case ["unpriced"]:
            return {"unpriced": TRUTHS.get(value, value)}
        case ["timestamp" | "day", "gte"]:
            return {"date_from": _moment(value)}
        case ["timestamp", "lt"]:
            return {"date_to": _moment(value)}
        case ["year"]:
            return {"date_from": f"{int(value)}-01-01", "date_to": f"{int(value)}-12-31"}
        case ["day", "lt"]:  # an export means the day of its end whole
            return {"date_to": (date.fromisoformat(value) - timedelta(days=1)).isoformat()}
    raise ValueError(f"no export knows {name}")


def _moment(value: str) -> str:
    if len(value) == len("2026-11-23"):
        return date.fromisoformat(value).isoformat()
    return datetime.fromisoformat(value).isoformat()
