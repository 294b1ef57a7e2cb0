"""Findings in the console: the list, the page of one, the page of a run, and what an operator decides."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.findings.sightings import SHOWN
from agents.models import Finding
from agents.outcomes import follow_outcomes
from executions.models import Execution
from system.models import AuditEntry
from system.roles import Role
from tests.agents.finding_runs import DISK, found, run, the_finding
from tests.console import EVIL, a_finding, an_agent, an_ended_execution, console_url, signed_in

pytestmark = pytest.mark.django_db
LIST = "/agents/finding/"


@pytest.fixture
def operator(db: None) -> Client:
    follow_outcomes()
    return signed_in(Role.OPERATOR)


def page_of(client: Client, finding: Finding) -> str:
    response = client.get(console_url(Finding, "change", finding.pk))
    assert response.status_code == 200
    return response.content.decode()


def shown(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 200
    return [row.title for row in response.context["cl"].result_list]


def decide(client: Client, finding: Finding, verdict: str, **given: str) -> None:
    assert client.post(console_url(Finding, verdict, finding.pk), given).status_code == 302


def test_the_list_shows_what_is_not_resolved_until_asked_for_more(operator: Client) -> None:
    run(DISK, "Memory at 91 %")
    run(found("Disk / at 97 %", "critical"))
    assert shown(operator) == ["Disk / at 97 %"]
    assert shown(operator, "?state=resolved") == ["Memory at 91 %"]
    assert shown(operator, "?state=all") == ["Memory at 91 %", "Disk / at 97 %"]
    assert shown(operator, "?state=all&severity__exact=warning&agent_type=disk") == ["Memory at 91 %"]
    assert shown(operator, "?state=all&node_id=pi") == []
    assert shown(operator, "?q=what+shows+Disk") == ["Disk / at 97 %"]
    page = operator.get(LIST).content.decode()
    for words in ("Not resolved", "2\u00a0×", "new", 'class="days"', "Critical"):
        assert words in page, words


def test_the_gravest_stand_first_of_what_is_active(operator: Client) -> None:
    run(found("Load of 9 per core", "critical"), found("Largest: /srv", "info"))
    run(DISK, node="pi")
    assert shown(operator) == ["Load of 9 per core", "Disk / at 96 %", "Largest: /srv"]
    assert shown(operator, "?state=all") == ["Disk / at 96 %", "Largest: /srv", "Load of 9 per core"]


def test_a_page_says_all_there_is_to_know(operator: Client) -> None:
    agent = an_agent("disk")
    first, between, last = run(DISK), run(), run(found("Disk / at 97 %", "critical"))
    page = page_of(operator, the_finding())
    for words in (
        "Disk / at 97 %", "what shows Disk / at 97 %", "What to do:", "df -h", "data-copyable", "back again",
        "It was resolved, and came back", "1 time, last", "2 times",
        f"/agents/agentconfiguration/{agent.pk}/", "found, critical", "found, warning", "not found",
        "Found by 2 runs in 30 days",
    ):  # fmt: skip
        assert words in page, words
    for execution in (first, between, last):
        assert f"/executions/execution/{execution.uid}/change/" in page


def test_nothing_of_it_is_more_than_text(operator: Client) -> None:
    finding = a_finding(an_ended_execution(), state="acknowledged", state_by=EVIL[:150])
    for page in (page_of(operator, finding), operator.get(LIST).content.decode()):
        assert "&lt;img src=x" in page
        assert "<img src=x" not in page
        assert "<script>document" not in page


def test_what_is_decided_stands_on_the_page(operator: Client) -> None:
    run(DISK)
    finding = the_finding()
    decide(operator, finding, "acknowledge", note=" a new disk is ordered ")
    page = page_of(operator, finding)
    assert "Acknowledged by the operator" in page
    assert "a new disk is ordered" in page
    assert console_url(Finding, "acknowledge", finding.pk) not in page
    decide(operator, finding, "snooze", hours="72")
    until = the_finding().snoozed_until
    assert until is not None
    assert timedelta(hours=71) < until - timezone.now() < timedelta(hours=73)
    assert "Snoozed by the operator until" in page_of(operator, finding)
    decide(operator, finding, "resolve")
    assert "Resolved by the operator" in page_of(operator, finding)
    decide(operator, finding, "reopen")
    assert "Opened again by the operator" in page_of(operator, finding)


def test_a_day_where_nobody_says_for_how_long(operator: Client) -> None:
    run(DISK)
    decide(operator, the_finding(), "snooze", hours="a while")
    until = the_finding().snoozed_until
    assert until is not None
    assert timedelta(hours=23) < until - timezone.now() < timedelta(hours=25)


def test_what_cannot_be_decided_is_said(operator: Client) -> None:
    run(DISK)
    decide(operator, the_finding(), "reopen")
    assert "it must be acknowledged or snoozed or resolved" in page_of(operator, the_finding())


def test_who_may_only_look_is_offered_nothing() -> None:
    viewer = signed_in(Role.VIEWER)
    follow_outcomes()
    run(DISK)
    page = page_of(viewer, the_finding())
    assert "formaction" not in page
    listed = viewer.get(LIST).content.decode()
    assert "_selected_action" not in listed
    chosen = {"action": "resolve_chosen", "_selected_action": [the_finding().pk], "index": 0}
    viewer.post(LIST, chosen)
    assert the_finding().state == "open"


def test_many_at_once(operator: Client) -> None:
    run(DISK, "Memory at 91 %", "Zombies")
    zombies = the_finding("Zombies")
    decide(operator, zombies, "resolve")
    before = AuditEntry.objects.count()
    chosen = list(Finding.objects.values_list("pk", flat=True))

    def choose(action: str) -> str:
        form: Any = {"action": action, "_selected_action": chosen, "index": 0}
        response = operator.post(f"{LIST}?state=all", form, follow=True)
        return [str(message) for message in response.context["messages"]][-1]

    assert choose("acknowledge_chosen") == (
        "2 were acknowledged. 1 could not be: they were not open or snoozed."
    )
    assert AuditEntry.objects.count() == before + 2
    assert choose("snooze_chosen_for_a_week").startswith("2 were snoozed.")
    assert choose("resolve_chosen").startswith("2 were resolved.")
    assert choose("resolve_chosen").startswith("0 were resolved. 3 could not be")


def test_all_pages_at_once_are_not_chosen(operator: Client) -> None:
    run(DISK, "Memory at 91 %")
    form: Any = {
        "action": "resolve_chosen", "_selected_action": [the_finding().pk], "index": 0, "select_across": "1"
    }  # fmt: skip
    operator.post(LIST, form)
    assert the_finding("Memory").state == "open"


def test_a_run_leads_to_what_it_found(operator: Client) -> None:
    run(DISK)
    last = run("Disk / at 97 %")
    row = the_finding()
    page = operator.get(f"/executions/execution/{last.uid}/change/").content.decode()
    assert f'<a href="{console_url(Finding, "change", row.pk)}">Disk / at 97 %</a>' in page
    assert "Seen 2 times since" in page
    decide(operator, row, "acknowledge")
    assert "Acknowledged" in operator.get(f"/executions/execution/{last.uid}/change/").content.decode()


def test_of_very_many_runs_the_last_are_read(operator: Client) -> None:
    run(DISK)
    for _ in range(2):
        run()
    run(DISK)
    few = asked_for(operator)
    for _ in range(SHOWN):
        run(DISK)
    assert asked_for(operator) == few
    assert page_of(operator, the_finding()).count("found, warning") == SHOWN


def asked_for(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        page_of(client, the_finding())
    return len(queries)


def test_without_its_executions_it_is_still_there(operator: Client) -> None:
    run(DISK)
    Execution.objects.all().delete()
    page = page_of(operator, the_finding())
    assert "The runs that found it have been deleted for their age." in page
    assert "Found by 1 run in 30 days" in page
