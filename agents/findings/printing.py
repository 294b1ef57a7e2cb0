"""Findings on a terminal."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from rich.markup import escape
from rich.table import Table

from agents.findings.trends import trend_of
from agents.models import Finding, FindingState
from system.models import Severity
from system.terminal_text import clean

STYLES = {Severity.INFO: "cyan", Severity.WARNING: "yellow", Severity.CRITICAL: "red"}


def list_table(rows: Iterable[Finding], now: datetime) -> Table:
    table = Table(box=None, pad_edge=False, expand=True)
    for heading in ("finding", "severity", "state", "agent", "node", "seen", "last", "trend"):
        table.add_column(heading, no_wrap=True, min_width=len(heading))
    table.add_column("what", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in rows:
        table.add_row(*_cells(row, now))
    return table


def _cells(row: Finding, now: datetime) -> list[str]:
    return [
        str(row.pk),
        f"[{STYLES[Severity(row.severity)]}]{row.severity}[/]",
        row.state,
        escape(clean(row.agent_type)),
        escape(clean(row.node_id)),
        f"{row.count} ×",
        _moment(row.last_seen),
        trend_of(row, now),
        escape(clean(row.title)),
    ]


def detail_lines(row: Finding, now: datetime) -> list[str]:
    by = f" by {row.state_by}" if row.state_by else ""
    why = f" ({row.state_why})" if row.state_why else ""
    until = f" until {_moment(row.snoozed_until)}" if row.state == FindingState.SNOOZED else ""
    back = f", came back {row.regressions} ×" if row.regressions else ""
    is_now = f"{row.state}{by}{until}{why} since {_moment(row.state_since)}"
    lines = [
        f"{row.pk}  [{row.severity}] {row.title}",
        f"    {row.where}; {is_now}; {trend_of(row, now)}",
        f"    Seen {row.count} × from {_moment(row.first_seen)} to {_moment(row.last_seen)}{back}",
        f"    {row.evidence}",
        *([f"    What to do: {row.recommendation}"] if row.recommendation else []),
        *([f"    Proposed command: {row.command}"] if row.command else []),
        *([f"    Note: {row.note}"] if row.note else []),
    ]
    return [clean(line).replace("\n", "\n    ") for line in lines]


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
