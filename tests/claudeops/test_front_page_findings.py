"""The findings on the front page: those that are open, the gravest first, and how many there are."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.models import Finding
from claudeops.front_page.findings import MOST_SHOWN
from system.roles import Role
from tests.claudeops.scraping import Scraper
from tests.console import a_finding, an_ended_execution, console_url, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> Client:
    return signed_in(Role.VIEWER)


def section(client: Client) -> str:
    found = re.search(
        r'<section class="panel" aria-labelledby="findings-title">.*?</section>', front(client), re.S
    )
    return found[0] if found else ""


def front(client: Client) -> str:
    return client.get("/").content.decode()


def test_without_any_there_is_no_section(viewer: Client) -> None:
    execution = an_ended_execution()
    assert section(viewer) == ""
    a_finding(execution, state="resolved")
    assert section(viewer) == ""


def test_what_is_open_the_gravest_first(viewer: Client) -> None:
    execution = an_ended_execution()
    rows = [
        a_finding(execution, title=title, severity=severity, count=14)
        for title, severity in (
            ("Old", "critical"),
            ("Some", "info"),
            ("Full", "warning"),
            ("New", "critical"),
        )
    ]
    a_finding(execution, title="Somebody's", state="acknowledged", state_by="ann")
    a_finding(execution, title="Later", state="snoozed", snoozed_until=rows[0].first_seen)
    page = section(viewer)
    assert re.findall(r'change/">(\w+)</a>', page) == ["New", "Old", "Full", "Some"]
    assert "2 critical, 1 warning, 1 info; 2 somebody has seen to" in page
    assert console_url(Finding, "change", rows[0].pk) in page
    assert "new; seen 14 ×, first" in page
    assert page.count('class="days"') == 4


def test_of_very_many_some_are_shown_at_the_same_price(viewer: Client) -> None:
    execution = an_ended_execution()
    a_finding(execution)
    few = asked_for(viewer)
    for _ in range(MOST_SHOWN + 3):
        a_finding(execution)
    assert asked_for(viewer) == few == 2
    assert section(viewer).count('class="row finding-row"') == MOST_SHOWN
    assert f"All {MOST_SHOWN + 4}</a>" in section(viewer)


def asked_for(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        front(client)
    return sum('FROM "agents_finding"' in query["sql"] for query in queries)


def test_nothing_of_it_is_more_than_text(viewer: Client) -> None:
    a_finding(an_ended_execution())
    assert "&lt;img src=x" in section(viewer)
    assert "<img src=x" not in section(viewer)


def test_prometheus_is_told_how_many_there_are() -> None:
    execution = an_ended_execution()
    for severity, state in (("critical", "open"), ("info", "open"), ("info", "open"), ("info", "resolved")):
        a_finding(execution, severity=severity, state=state)
    a_finding(execution, severity="warning", state="acknowledged", state_by="ann")
    found = Scraper().read()["findings_active"]
    assert len(found) == 9
    assert {labels: number for labels, number in found.items() if number} == {
        ("critical", "open"): 1,
        ("info", "open"): 2,
        ("warning", "acknowledged"): 1,
    }
