"""The calendar in the API: the same due times as in the console, day by day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from scheduling.calendar.building import Calendar, build_calendar
from scheduling.calendar.days import ONE_DAY, check_day, days_from, monday_of
from scheduling.calendar.outcomes import Entry, Outcome
from scheduling.calendar.schedules import Wanted
from scheduling.zones import find_zone
from system.authentication import require
from system.errors import Invalid
from system.roles import Role
from system.wire import BIGGEST, Day, NodeId, Out, Slug

router = Router(tags=["schedules"], auth=require(Role.VIEWER))
MOST_DAYS = 31


class CalendarFilters(BaseModel):
    """`from` and `to` are the first and the last day; without them it is this week, from Monday on. Days
    are those of `timezone`, or of TIME_ZONE.
    """

    model_config = ConfigDict(extra="forbid")

    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")
    timezone: Annotated[str, Field(max_length=64)] | None = None
    agent_type: Slug | None = None
    node_id: NodeId | None = None
    schedule_id: Annotated[int, Field(ge=1, le=BIGGEST)] | None = None


class CalendarEntry(Out):
    """One due time. What fired has the status of its execution, or is `launched`, if that was deleted since.
    `due` has not come yet, and `disabled` is one that will be refused, as its agent is disabled. `conflicts`
    other schedules are due in the same minute.
    """

    at: datetime
    schedule_id: int
    name: str
    agent_type: str
    outcome: Outcome
    node_id: str
    reason: str
    covers: int
    execution_id: UUID | None
    conflicts: int

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            at=entry.at,
            schedule_id=entry.schedule.pk,
            name=entry.schedule.name,
            agent_type=entry.schedule.agent_type,
            outcome=entry.outcome,
            node_id=entry.node,
            reason=entry.reason,
            covers=entry.covers,
            execution_id=entry.execution_id,
            conflicts=entry.together,
        )


class CalendarBand(Out):
    """A schedule that is due too often on this day to list it: how many due times had which outcome, where
    `launched` are those that neither failed nor were cancelled.
    """

    schedule_id: int
    name: str
    agent_type: str
    counts: dict[str, int]


class CalendarDay(Out):
    """From `starts_at` up to `ends_at`: 23 to 25 hours, where the clocks change."""

    date: date
    starts_at: datetime
    ends_at: datetime
    entries: list[CalendarEntry]
    bands: list[CalendarBand]


class CalendarOut(Out):
    """`counts` are of all days. `notes` are sentences about what is not in it."""

    timezone: str
    days: list[CalendarDay]
    counts: dict[str, int]
    notes: list[str]

    @classmethod
    def of(cls, calendar: Calendar) -> Self:
        days = [
            CalendarDay(
                date=day.date,
                starts_at=day.start,
                ends_at=day.end,
                entries=[CalendarEntry.of(entry) for entry in entries],
                bands=[
                    CalendarBand(
                        schedule_id=band.schedule.pk,
                        name=band.schedule.name,
                        agent_type=band.schedule.agent_type,
                        counts=_named(band.counts),
                    )
                    for band in bands
                ],
            )
            for day, entries, bands in zip(calendar.days, calendar.entries, calendar.bands, strict=True)
        ]
        notes, counts = list(calendar.notes), _named(calendar.counts)
        return cls(timezone=calendar.zone.key, days=days, counts=counts, notes=notes)


def _named(counts: Mapping[Outcome, int]) -> dict[str, int]:
    return {outcome.value: count for outcome, count in counts.items()}


@router.get("/calendar", response=CalendarOut)
def calendar(request: HttpRequest, filters: Query[CalendarFilters]) -> CalendarOut:
    """What became of due times on some days, and what is due on them; at most 31 days at once.

    Of a schedule that is due more than twelve times on a day (25, where one day is asked for) that day is one
    band.
    """
    now = timezone.now()
    zone = find_zone(filters.timezone or settings.TIME_ZONE)
    first, count = _span(filters, now.astimezone(zone).date())
    wanted = Wanted(filters.agent_type or "", filters.node_id or "", filters.schedule_id)
    return CalendarOut.of(build_calendar(days_from(first, count, zone), zone, wanted, now))


def _span(filters: CalendarFilters, today: date) -> tuple[date, int]:
    first = filters.first or (monday_of(today) if filters.last is None else filters.last)
    last = filters.last or first + 6 * ONE_DAY
    if last < first:
        raise Invalid("It is not to be before `from`.", field="to")
    check_day(first, today, field="from")
    check_day(last, today, field="to")
    count = (last - first).days + 1
    if count > MOST_DAYS:
        raise Invalid(f"It is to be at most {MOST_DAYS - 1} days after `from`.", field="to")
    return first, count
