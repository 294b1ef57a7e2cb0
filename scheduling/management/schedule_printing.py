"""Schedules as tables on a command line. Times are in TIME_ZONE, unless another zone stands beside them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from rich.markup import escape
from rich.table import Table

from scheduling.models import Fire, FireState, Schedule
from scheduling.preview import Preview
from scheduling.words import words_of
from system.readable import NOTHING

STYLES = {
    FireState.LAUNCHED: "green",
    FireState.SKIPPED: "yellow",
    FireState.MISSED: "yellow",
    FireState.REFUSED: "red",
}


def list_table(schedules: Iterable[Schedule]) -> Table:
    table = _table("id", "name", "agent", "when", "zone", "next run", "last run")
    for one in schedules:
        table.add_row(
            str(one.pk),
            escape(one.name),
            one.agent_id,
            escape(words_of(one.cron_expression)),
            escape(one.timezone),
            "[yellow]paused[/]" if not one.enabled else _time(one.next_run),
            _time(one.last_run),
        )
    return table


def detail_table(one: Schedule) -> Table:
    table = _table(show_header=False, columns=2)
    rows: list[tuple[str, Any]] = [
        ("schedule", f"{one.name} ({one.pk})"),
        ("agent", one.agent_id),
        ("when", f"{words_of(one.cron_expression)} ({one.cron_expression}, {one.timezone})"),
        ("state", _state(one)),
        ("from", _time(one.starts_at)),
        ("until", _time(one.ends_at)),
        ("jitter", f"up to {one.jitter_seconds} s" if one.jitter_seconds else NOTHING),
        ("missed", _missed(one)),
        ("overlap", one.get_overlap_policy_display()),
        ("nodes", ", ".join(one.node_ids) or "whichever fires it"),
        ("config", one.execution_config or NOTHING),
        ("runs", f"{one.executions_count} of {one.max_executions or 'any number'}"),
        ("next due", _time(one.next_due)),
        ("next run", _time(one.next_run)),
        ("last run", _time(one.last_run)),
    ]
    for name, value in rows:
        table.add_row(f"[dim]{name}[/]", escape(str(value)))
    return table


def preview_table(preview: Preview) -> Table:
    table = _table("due (UTC)", preview.timezone, preview.viewer_timezone)
    for due in preview.due:
        table.add_row(f"{due.at:%Y-%m-%d %H:%M}", due.local_text, due.viewer_text)
    return table


def fires_table(fires: Sequence[Fire]) -> Table:
    table = _table("due", "node", "outcome", "late", "execution", "why")
    for fire in fires:
        many = f" ({fire.covers:,} due times)" if fire.covers > 1 else ""
        table.add_row(
            _time(fire.due_at),
            escape(fire.node_id) or NOTHING,
            f"[{STYLES[FireState(fire.state)]}]{fire.state}[/]{many}",
            f"{fire.lateness_ms / 1000:.1f} s",
            str(fire.execution.uid) if fire.execution else NOTHING,
            escape(fire.reason),
        )
    return table


def _table(*headings: str, columns: int = 0, show_header: bool = True) -> Table:
    table = Table(box=None, pad_edge=False, show_header=show_header)
    for heading in headings or [""] * columns:
        table.add_column(heading, overflow="fold")
    return table


def _time(moment: datetime | None) -> str:
    return NOTHING if moment is None else f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"


def _state(one: Schedule) -> str:
    if one.enabled:
        return "on" if one.next_due else "on, and nothing is due any more"
    why = f": {one.pause_reason}" if one.pause_reason else ""
    by = f" by {one.paused_by}" if one.paused_by else ""
    return f"paused {_time(one.paused_at)}{by}{why}"


def _missed(one: Schedule) -> str:
    more = f" ({one.catch_up_limit})" if one.missed_policy == "catch_up" else ""
    return f"{one.get_missed_policy_display()}{more}"
