"""What somebody asks of the page: days, by what they are split, and of which agent, model or node alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.http import urlencode

from claudeops.costs_page.spans import PRESETS, Span, preset_span, read_span
from costs.breakdowns import Group
from system.days import start_of
from system.errors import Invalid

# A filter of the page, and the column that it is about: the ledger's filters are named like the columns.
FILTERS = {
    "agent": "agent_type",
    "model": "model_used",
    "node": "node_id",
    "trigger": "triggered_by",
    "source": "trigger_source",
}
STACKED_BY = (Group.AGENT, Group.MODEL, Group.NODE)
LONGEST_NAME = 100


@dataclass(frozen=True)
class Choice:
    """`only` is by the names of FILTERS."""

    span: Span
    by: Group
    only: Mapping[str, str]

    @property
    def wanted(self) -> dict[str, str]:
        """Conditions on DailyCost, and on records."""
        return {FILTERS[name]: value for name, value in self.only.items()}

    @property
    def query(self) -> str:
        by = {} if self.by is Group.AGENT else {"by": self.by.value}
        return urlencode({**self.span.query, **by, **self.only})

    @property
    def url(self) -> str:
        return _with_query(reverse("admin:costs_overview"), self.query)

    def export_url(self, table: str, file_format: str) -> str:
        return _with_query(reverse("admin:costs_export", args=[table, file_format]), self.query)

    def of(self, span: Span) -> "Choice":
        return Choice(span, self.by, self.only)

    def stacked_by(self, group: Group) -> "Choice":
        return Choice(self.span, group, self.only)

    def narrowed(self, **only: str) -> "Choice":
        return Choice(self.span, self.by, {**self.only, **only})

    def without(self, name: str) -> "Choice":
        return Choice(self.span, self.by, {key: value for key, value in self.only.items() if key != name})

    def ledger_url(self, **more: str) -> str:
        """The records behind a figure of the chosen days."""
        return self.ledger_base(**more) + days_asked(self.span.first, self.span.after)

    def ledger_base(self, **more: str) -> str:
        """Of all days; which are meant, what days_asked() says is put behind it."""
        wanted = urlencode({**self.wanted, **more})
        return f"{reverse('admin:costs_costrecord_changelist')}?{wanted}{'&' if wanted else ''}"


def days_asked(first: date, after: date) -> str:
    begin, end = (quote(start_of(day).isoformat()) for day in (first, after))
    return f"timestamp__gte={begin}&timestamp__lt={end}"


def read_choice(asked: Mapping[str, Any], today: date) -> tuple[Choice, str]:
    """What was asked and, where it makes no sense, why not: then it is what is asked by nobody."""
    only = {name: str(asked[name])[:LONGEST_NAME] for name in FILTERS if asked.get(name)}
    only = {name: value for name, value in only.items() if "\x00" not in value}
    try:
        return Choice(read_span(asked, today), _group(asked.get("by", "")), only), ""
    except Invalid as error:
        return Choice(preset_span("this-month", today), Group.AGENT, only), error.detail


def presets(choice: Choice, today: date) -> list[tuple[str, str, bool]]:
    """Name, address, and whether it is what is shown."""
    return [
        (title, choice.of(preset_span(name, today)).url, choice.span.preset == name)
        for name, title in PRESETS.items()
    ]


def _group(name: str) -> Group:
    if not name:
        return Group.AGENT
    found = next((group for group in STACKED_BY if group.value == name), None)
    if found is None:
        raise Invalid(f"There is no chart by {name[:40]!r}; there is by {', '.join(STACKED_BY)}.", field="by")
    return found


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
