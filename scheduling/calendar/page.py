"""The calendar of schedules: a week, or one day of it, as an address says."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from agents.models import AgentConfiguration
from scheduling.calendar.building import build_calendar
from scheduling.calendar.days import ONE_DAY, WEEK, days_from, monday_of, name_of, read_day, read_week
from scheduling.calendar.drawing import counts_in_words, draw_columns, title_of
from scheduling.calendar.outcomes import WORDS
from scheduling.calendar.schedules import Wanted
from scheduling.calendar.viewer_zone import zone_of_viewer
from scheduling.models import Schedule
from scheduling.zones import find_zone, zone_names
from system.errors import Invalid
from system.models import Node
from system.wire import number_of

OFFERED = 100  # of the schedules, by name; any other can be asked for by its number
KEPT = ("agent", "node", "schedule", "zone")  # what goes along from one week to the next


def calendar_page(request: HttpRequest) -> dict[str, Any]:
    """The context of templates/scheduling/calendar.html. What an address has wrong is said, not refused."""
    now = timezone.now()
    complaints = list[str]()
    zone = _zone(request, complaints)
    today = now.astimezone(zone).date()
    first, count = _span(request, today, complaints)
    wanted = _wanted(request)
    calendar = build_calendar(days_from(first, count, zone), zone, wanted, now)
    last = first + ONE_DAY * (count - 1)
    kept = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    return {
        "title": "Calendar",
        "heading": title_of(first, last),
        "week": name_of(monday_of(first)),
        "is_day": count == 1,
        "day": first,
        "is_now": first <= today <= last,
        "calendar": calendar,
        "columns": draw_columns(calendar, now, is_whole=count == 1),
        "sum": counts_in_words(calendar.counts),
        "complaints": complaints,
        "legend": [(outcome.value, words) for outcome, words in WORDS.items()],
        "hours": range(24),
        "urls": _urls(first, count, today, kept),
        "more": urlencode(kept),
        **_choices(wanted),
        "wanted": wanted,
        "zones": zone_names(),
    }


def _zone(request: HttpRequest, complaints: list[str]) -> ZoneInfo:
    try:
        return zone_of_viewer(request)
    except Invalid as error:
        complaints.append(error.detail)
        return find_zone(settings.TIME_ZONE)


def _span(request: HttpRequest, today: date, complaints: list[str]) -> tuple[date, int]:
    """The first day, and how many. ?day= goes before ?week=; without either, this week."""
    try:
        if day := request.GET.get("day"):
            return read_day(day, today), 1
        if week := request.GET.get("week"):
            return read_week(week, today), 7
    except Invalid as error:
        complaints.append(error.detail)
    return monday_of(today), 7


def _wanted(request: HttpRequest) -> Wanted:
    """No schedule has the number 0: nonsense finds nothing, as in any other list."""
    chosen = request.GET.get("schedule", "")
    return Wanted(
        agent_type=request.GET.get("agent", ""),
        node=request.GET.get("node", ""),
        schedule=number_of(chosen) or 0 if chosen else None,
    )


def _choices(wanted: Wanted) -> dict[str, Any]:
    """What can be chosen; what is chosen is among it, whatever it is."""
    agents = list(AgentConfiguration.objects.order_by("agent_type").values_list("agent_type", flat=True))
    nodes = {settings.NODE_NAME, *Node.objects.values_list("name", flat=True)}
    schedules = list(Schedule.objects.order_by("name", "pk").values_list("pk", "name")[:OFFERED])
    if wanted.schedule and wanted.schedule not in dict(schedules):
        schedules += Schedule.objects.filter(pk=wanted.schedule).values_list("pk", "name")
    return {
        "agents": agents,
        "nodes": sorted(nodes | ({wanted.node} if wanted.node else set())),
        "schedules": schedules,
    }


def _urls(first: date, count: int, today: date, kept: Mapping[str, str]) -> dict[str, str]:
    base = reverse("admin:scheduling_calendar")

    def url(**span: str) -> str:
        return f"{base}?{urlencode({**span, **kept})}" if span or kept else base

    step = ONE_DAY if count == 1 else WEEK
    before, after = first - step, first + step
    return {
        "before": url(day=str(before)) if count == 1 else url(week=name_of(before)),
        "after": url(day=str(after)) if count == 1 else url(week=name_of(after)),
        "today": url(day=str(today)) if count == 1 else url(),
        "week": url(week=name_of(monday_of(first))),
        "all": f"{base}?{urlencode({'week': name_of(monday_of(first))})}",
    }
