from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.decorators import display

from system.admin_filters import ChosenFilter
from system.admin_permissions import LongTableAdmin
from system.audit_listing import changes_of
from system.models import AuditEntry
from system.readable import NOTHING, read_json
from system.roles import Role

LINE = '<div class="audit-change"><code>{}</code> {}</div>'


class ActorFilter(ChosenFilter):
    title = parameter_name = "actor"


class ActionFilter(ChosenFilter):
    title = parameter_name = "action"


class TargetFilter(ChosenFilter):
    title = parameter_name = "target"


@admin.register(AuditEntry)
class AuditEntryAdmin(LongTableAdmin):
    """Who did what. Whether it still stands as it was written: manage.py verify_audit."""

    view_role = Role.ADMIN
    list_display = ("at", "who", "way", "deed", "what_of", "address")
    list_filter = ("door", "at", ActorFilter, ActionFilter, TargetFilter)
    when_empty = "Nothing was put on record yet."
    search_fields = ("actor", "action", "target")
    search_help_text = "A whole name, action (budget.change) or target"
    fields = ("id", "at", "who", "way", "address", "action", "target", "what", "previous", "digest")
    readonly_fields = fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """The whole of one of them, which has an index; parts would be looked for in the whole history."""
        term = search_term.strip()
        if term:
            queryset = queryset.filter(Q(actor=term) | Q(action=term) | Q(target=term))
        return queryset, False

    @display(description="Who")
    def who(self, entry: AuditEntry) -> SafeString | str:
        name = _only("actor", entry.actor) or ("ClaudeOps" if entry.door == "house" else "nobody known")
        return format_html("{} (token {}…)", name, entry.token) if entry.token else name

    @display(description="Action")
    def deed(self, entry: AuditEntry) -> SafeString | str:
        return _only("action", entry.action)

    @display(description="Target")
    def what_of(self, entry: AuditEntry) -> SafeString | str:
        return _only("target", entry.target) or NOTHING

    @display(description="Through", label=True)
    def way(self, entry: AuditEntry) -> str:
        return entry.get_door_display()

    @display(description="What")
    def what(self, entry: AuditEntry) -> SafeString | str:
        return format_html_join("", LINE, _lines(changes_of(entry))) or NOTHING


def _only(column: str, value: str) -> SafeString | str:
    """A link to all entries that have the same there."""
    if not value:
        return ""
    url = f"{reverse('admin:system_auditentry_changelist')}?{urlencode({column: value})}"
    return format_html('<a href="{}">{}</a>', url, value)


def _lines(changes: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in changes.items():
        if isinstance(value, dict) and value.keys() == {"before", "after"}:
            yield name, f"{_text(value['before'])} → {_text(value['after'])}"
        else:
            yield name, _text(value)


def _text(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    return value if isinstance(value, str) else read_json(value)
