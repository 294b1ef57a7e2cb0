"""The calendar in tests: a week of its own, and what is in it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from agents.models import AgentConfiguration
from executions.models import Execution
from scheduling.calendar.building import Calendar, build_calendar
from scheduling.calendar.days import days_from
from scheduling.calendar.schedules import Wanted
from scheduling.models import Fire, Schedule
from tests.scheduling.due import sql

MONDAY = date(2026, 11, 23)
# By the database itself: 100,000 rows within a second.
FIRES = """
INSERT INTO scheduling_fire
    (schedule_id, due_at, node_id, state, reason, covers, fired_at, lateness_ms)
SELECT schedule.id, datetime(now, '-' || (i + 1) || ' minutes'), '',
    CASE WHEN i % 50 = 7 THEN 'missed' ELSE 'launched' END, '', 1, now, 0
FROM scheduling_schedule AS schedule, (
    WITH RECURSIVE numbers(i, now) AS (
        SELECT 0, %s UNION ALL SELECT i + 1, now FROM numbers WHERE i < %s
    ) SELECT i, now FROM numbers
)
"""
NOW = datetime(2026, 11, 26, 12, 30, tzinfo=UTC)  # a Thursday


def calendar(
    first: date = MONDAY,
    count: int = 7,
    zone: str = "UTC",
    now: datetime = NOW,
    wanted: Wanted | None = None,
) -> Calendar:
    where = ZoneInfo(zone)
    return build_calendar(days_from(first, count, where), where, wanted or Wanted(), now)


def entries(found: Calendar) -> list[list[tuple[str, str]]]:
    """Of each day: the time in the calendar's zone, and the outcome."""
    return [
        [(f"{entry.at.astimezone(found.zone):%H:%M}", entry.outcome.value) for entry in of_day]
        for of_day in found.entries
    ]


def bands(found: Calendar) -> list[list[tuple[str, dict[str, int]]]]:
    return [
        [(band.schedule.name, {key.value: count for key, count in band.counts.items()}) for band in of_day]
        for of_day in found.bands
    ]


def a_fire(schedule: Schedule, due_at: datetime, state: str = "launched", **more: object) -> Fire:
    """With an execution that has ended as `status` says, where one was launched."""
    status = more.pop("status", "completed")
    if state == "launched" and status:
        more["execution"] = Execution.objects.create(
            agent_type=schedule.agent_id, status=status, started_at=due_at, completed_at=due_at,
            node_id=more.get("node_id") or "localhost",
        )  # fmt: skip
    return Fire.objects.create(schedule=schedule, due_at=due_at, state=state, fired_at=due_at, **more)


def many(schedules: int, fires: int, agent: AgentConfiguration) -> None:
    """So many schedules of every minute, hour and night; each has the same number of due times behind NOW."""
    crons = ("* * * * *", "7 * * * *", "0 3 * * *", "30 4 * * MON-FRI")
    due = NOW.replace(second=0)
    Schedule.objects.bulk_create(
        Schedule(
            name=f"S {number:03}", agent=agent, cron_expression=crons[number % len(crons)], next_due=due,
            next_run=due,
        )
        for number in range(schedules)
    )  # fmt: skip
    sql(FIRES, NOW.strftime("%Y-%m-%d %H:%M:%S"), fires // schedules - 1)
