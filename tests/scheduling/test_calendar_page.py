"""The calendar's page and its route: addresses, links, who sees it, and what it costs with many."""

import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from executions.models import Execution
from scheduling.calendar.days import monday_of, name_of
from scheduling.models import Fire, Schedule
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.console import EVIL, console_url, signed_in
from tests.scheduling.calendars import a_fire, many
from tests.scheduling.due import a_schedule, an_agent

pytestmark = pytest.mark.django_db
PAGE = "/scheduling/calendar/"


@pytest.fixture
def viewer() -> Client:
    return signed_in(Role.VIEWER)


def shown(client: Client, query: str = "") -> str:
    response = client.get(PAGE + query)
    assert response.status_code == 200
    return response.content.decode()


def test_each_item_leads_to_what_it_stands_for(viewer: Client) -> None:
    now = timezone.now()
    one = a_schedule("0 3 * * *", planned_at=now, name=EVIL)
    fired = a_fire(one, now - timedelta(minutes=3))
    missed = a_fire(one, now - timedelta(minutes=2), "missed", reason=EVIL)
    page = shown(viewer, f"?day={timezone.localdate(fired.due_at)}")
    assert fired.execution is not None
    assert f'href="{console_url(Execution, "change", fired.execution.uid)}"' in page
    assert f'href="{console_url(Fire, "change", missed.pk)}"' in page
    assert EVIL not in page
    next_week = shown(viewer, f"?week={name_of(now.date() + timedelta(days=7))}")
    assert next_week.count(f'href="{console_url(Schedule, "change", one.pk)}"') == 7


def test_a_band_leads_to_the_rows_of_its_day(viewer: Client) -> None:
    now = timezone.now()
    often = a_schedule("* * * * *", planned_at=now)
    kept = a_fire(often, now - timedelta(seconds=1))
    a_fire(often, now - timedelta(days=2))
    page = shown(viewer, f"?day={timezone.localdate(kept.due_at)}")
    where = page.split('href="/scheduling/fire/?', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    rows = viewer.get(f"/scheduling/fire/?{where}").context["cl"].result_list
    assert [row.pk for row in rows] == [kept.pk]


def test_an_address_names_a_week_a_day_and_a_zone(viewer: Client) -> None:
    page = shown(viewer, "?week=2026-W43&zone=Europe/Berlin&agent=backup")
    assert "19 – 25 October 2026" in page
    assert "25 hours: the clock goes back" in page
    assert "?week=2026-W42&amp;agent=backup&amp;zone=Europe%2FBerlin" in page
    assert "Sunday, 25 October 2026" in shown(viewer, "?day=2026-10-25")
    for query, complaint in (
        ("?week=2026-W54", "The year 2026 has no week 54."),
        ("?week=soon", "A week is written as"),
        ("?week=1066-W01", "The calendar has the years 2000 to"),
        ("?day=2026-02-30", "A day is written as"),
        ("?zone=Berlin", "close to it: Europe/Berlin"),
    ):
        page = shown(viewer, query)
        assert complaint in page
        assert name_of(monday_of(timezone.localdate())) in page


def test_it_is_drawn_as_the_viewers_clock_has_it(viewer: Client) -> None:
    viewer.cookies["claudeops_zone"] = "Asia/Tokyo"
    assert "All times are in Asia/Tokyo" in shown(viewer)
    assert "All times are in Europe/Paris" in shown(viewer, "?zone=Europe/Paris")
    viewer.cookies["claudeops_zone"] = "Middle/Earth"
    assert "All times are in UTC" in shown(viewer)


def test_where_there_is_nothing_it_says_what_to_do(viewer: Client) -> None:
    assert console_url(Schedule, "add") in shown(viewer)
    a_schedule(enabled=False)
    page = shown(viewer, "?agent=nobody")
    assert "No schedule is like that." in page
    assert "1 of 1 schedule is paused" in shown(viewer)


def test_many_cost_no_more_queries_and_little_time(viewer: Client) -> None:
    """The time is that of the processor, which others use meanwhile: it is far more than the page takes."""
    many(4, 8, an_agent())
    shown(viewer)
    with CaptureQueriesContext(connection) as few:
        shown(viewer, "?week=2026-W48")
    Schedule.objects.all().delete()
    agent = an_agent("other")
    many(500, 100_000, agent)
    with CaptureQueriesContext(connection) as lots:
        page = shown(viewer, "?week=2026-W48")
    assert len(lots) <= len(few) <= 11
    assert len(page) < 400_000
    began = time.process_time()
    shown(viewer, "?week=2026-W48")
    assert time.process_time() - began < 1


def test_the_route_gives_the_same_by_day() -> None:
    api = ApiClient(Role.VIEWER)
    now = timezone.now()
    one = a_schedule("0 3 * * *", planned_at=now)
    often = a_schedule("* * * * *", planned_at=now, name="often")
    fired = a_fire(one, now - timedelta(minutes=1))

    def asked(query: str) -> Any:
        response = api.get(f"/schedules/calendar?{query}")
        assert response.status_code == 200
        return response.json()

    day = timezone.localdate(fired.due_at)
    [entry] = [each for each in asked(f"from={day}&to={day}")["days"][0]["entries"] if each["execution_id"]]
    assert fired.execution is not None
    assert (entry["outcome"], entry["execution_id"]) == ("completed", str(fired.execution.uid))
    found = asked(f"from={day + timedelta(days=1)}&timezone=Asia/Tokyo&schedule_id={often.pk}")
    assert len(found["days"]) == 7
    assert found["days"][1]["bands"][0]["counts"] == {"due": 1440}
    assert found["counts"] == {"due": sum(each["bands"][0]["counts"]["due"] for each in found["days"])}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-11-02&to=2026-11-01", "to"),
        ("from=2026-11-01&to=2026-12-02", "to"),
        ("from=soon", "from"),
        (f"from={date.today().year + 6}-01-01", "from"),  # noqa: DTZ011
        ("timezone=Berlin", "timezone"),
        ("week=1", "week"),
    ],
)
def test_what_the_route_does_not_take_is_named(query: str, field: str) -> None:
    response = ApiClient(Role.VIEWER).get(f"/schedules/calendar?{query}")
    assert response.status_code == 422 or response.status_code == 400
    assert fields_of(response) == [field]
