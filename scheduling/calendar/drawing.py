"""The calendar as columns of days and rows of hours; what is many in it is written here, in no template."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from scheduling.calendar.building import Calendar
from scheduling.calendar.days import Day
from scheduling.calendar.outcomes import WORDS, Band, Entry, Outcome
from scheduling.words import words_of
from system.readable import read_count

SHOWN_IN_HOUR = 4
SHOWN_BANDS = 5
ITEM = (
    '<li class="item item-{}"><a href="{}" title="{}"><span class="item-when">{}</span>'
    ' <span class="item-state">{}</span> <strong class="item-name">{}</strong>{}</a></li>'
)
NOTE = SafeString(' <span class="item-note">{}</span>')
BAD_ENDS = (Outcome.FAILED, Outcome.CANCELLED)
RAN = (Outcome.LAUNCHED, Outcome.COMPLETED, Outcome.RUNNING, Outcome.PENDING, *BAD_ENDS)


@dataclass
class Hour:
    """One row of a column: by the clock on the wall, so that an hour that comes twice is one row."""

    number: int
    items: SafeString
    more: int

    @property
    def name(self) -> str:
        return f"{self.number:02}:00"


@dataclass
class Column:
    """A day. `bands_more` says what the bands that are not shown come to."""

    day: Day
    number: int
    is_today: bool
    bands: SafeString
    bands_more: str
    hours: list[Hour] = field(default_factory=list)
    now: int | None = None

    @property
    def is_empty(self) -> bool:
        return not self.bands and not self.hours


def draw_columns(calendar: Calendar, now: datetime, *, is_whole: bool) -> list[Column]:
    """`is_whole`: nothing is left out, as on the page of one day."""
    local = now.astimezone(calendar.zone)
    return [_column(calendar, number, local, is_whole=is_whole) for number in range(len(calendar.days))]


def _column(calendar: Calendar, number: int, now: datetime, *, is_whole: bool) -> Column:
    day, bands = calendar.days[number], calendar.bands[number]
    most = len(bands) if is_whole else SHOWN_BANDS
    if len(bands) > most:
        bands = sorted(bands, key=lambda band: not band.is_trouble)
    is_today = day.date == now.date()
    return Column(
        day=day,
        number=number,
        is_today=is_today,
        bands=_bands(bands[:most], day),
        bands_more=_rest(bands[most:]),
        hours=list(_hours(calendar.entries[number], day, calendar.zone, is_whole=is_whole)),
        now=now.hour if is_today else None,
    )


def _rest(bands: Sequence[Band]) -> str:
    if not bands:
        return ""
    return f"{read_count(len(bands))} more: {counts_in_words(add_up(band.counts for band in bands))}"


def add_up(counts: Iterable[Mapping[Outcome, int]]) -> dict[Outcome, int]:
    found: dict[Outcome, int] = {}
    for each in counts:
        for outcome, count in each.items():
            found[outcome] = found.get(outcome, 0) + count
    return found


def counts_in_words(counts: Mapping[Outcome, int]) -> str:
    """ "1,440 fired (2 failed), 3 skipped, 200 due"."""
    fired = sum(counts.get(outcome, 0) for outcome in RAN)
    bad = ", ".join(_amount(counts, outcome) for outcome in BAD_ENDS if counts.get(outcome))
    parts = [f"{read_count(fired)} fired{f' ({bad})' if bad else ''}"] if fired else []
    parts += [_amount(counts, each) for each in Outcome if each not in RAN and counts.get(each)]
    return ", ".join(parts)


def _amount(counts: Mapping[Outcome, int], outcome: Outcome) -> str:
    return f"{read_count(counts[outcome])} {WORDS[outcome]}"


def _bands(bands: Sequence[Band], day: Day) -> SafeString:
    return format_html_join("", ITEM, (_band(band, day) for band in bands))


def _band(band: Band, day: Day) -> tuple[str, ...]:
    words, counts = words_of(band.schedule.cron_expression), counts_in_words(band.counts)
    look = "trouble" if band.is_trouble else "band"
    title = f"{band.schedule.name}, {words}: {counts}"
    ahead = band.counts.keys() <= {Outcome.DUE, Outcome.DISABLED}
    url = _page("scheduling_schedule", band.schedule.pk) if ahead else _fires_url(band.schedule.pk, day)
    return look, url, title, f"{words}:", counts, band.schedule.name, ""


def _fires_url(schedule: int, day: Day) -> str:
    span: dict[str, str | int] = {
        "schedule": schedule,
        "due_at__gte": day.start.isoformat(),
        "due_at__lt": day.end.isoformat(),
    }
    return f"{reverse('admin:scheduling_fire_changelist')}?{urlencode(span)}"


def _hours(entries: Sequence[Entry], day: Day, zone: ZoneInfo, *, is_whole: bool) -> Iterator[Hour]:
    rows: dict[int, list[tuple[datetime, Entry]]] = {}
    for entry in entries:
        local = entry.at.astimezone(zone)
        rows.setdefault(local.hour, []).append((local, entry))
    for number in sorted(rows):
        row = rows[number]
        shown = row
        if not is_whole and len(row) > SHOWN_IN_HOUR:
            urgent = sorted(row, key=lambda each: not each[1].outcome.is_trouble)[:SHOWN_IN_HOUR]
            shown = sorted(urgent, key=lambda each: each[1].at)
        clock = "%H:%M %Z" if day.note else "%H:%M"
        items = format_html_join("", ITEM, (_item(local, entry, clock) for local, entry in shown))
        yield Hour(number, items, len(row) - len(shown))


def _item(local: datetime, entry: Entry, clock: str) -> tuple[str, ...]:
    schedule, state = entry.schedule, WORDS[entry.outcome]
    note, reason = _note(entry), entry.reason
    title = f"{schedule.name}, {local:%Y-%m-%d %H:%M %Z}: {state}"
    title += f" on {entry.node}" if entry.node and "on " not in note else ""
    title += f". {reason}" if reason else ""
    title += f". {note}" if note else ""
    shown = format_html(NOTE, note) if note else SafeString("")
    return entry.outcome.value, _url(entry), title, f"{local:{clock}}", state, schedule.name, shown


def _note(entry: Entry) -> str:
    if entry.covers > 1:
        return f"{read_count(entry.covers)} due times"
    if len(entry.schedule.node_ids) > 1 and entry.node:
        return f"on {entry.node}"
    if not entry.together:
        return ""
    others = f"{entry.together} other{'s' if entry.together > 1 else ''} in this minute"
    same = "the same agent" if entry.same_agent == entry.together else f"{entry.same_agent} of its agent"
    return f"⚠ {others}, {same}" if entry.same_agent else f"⚠ {others}"


def _url(entry: Entry) -> str:
    if entry.execution_id is not None and entry.outcome not in (Outcome.SKIPPED, Outcome.MISSED):
        return _page("executions_execution", entry.execution_id)
    if entry.fire_id is not None:
        return _page("scheduling_fire", entry.fire_id)
    return _page("scheduling_schedule", entry.schedule.pk)


def _page(model: str, key: int | UUID) -> str:
    return _pattern(model) % key


@lru_cache(maxsize=8)
def _pattern(model: str) -> str:
    """Looked up once: it takes longer than all else of an item."""
    return reverse(f"admin:{model}_change", args=["KEY"]).replace("%", "%%").replace("KEY", "%s")


def title_of(first: date, last: date) -> str:
    """ "23 – 29 November 2026"."""
    if first == last:
        return f"{first:%A, %-d %B %Y}"
    if first.year != last.year:
        return f"{first:%-d %B %Y} – {last:%-d %B %Y}"
    return f"{first:%-d}{f' {first:%B}' * (first.month != last.month)} – {last:%-d %B %Y}"
