"""The page of an execution: all of it, bounded, and nothing but text."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from executions.execution_admin import SHOWN_LOG_LINES
from executions.models import Execution
from executions.services import (
    cancel_execution,
    changing_remote_execution,
    claim_execution,
    create_execution,
    start_remote_execution,
)
from executions.timeline import SHOWN_OUTPUT
from system.roles import Role
from tests.console import (
    EVIL,
    a_failed_execution,
    a_report,
    a_waiting_execution,
    an_agent,
    an_ended_execution,
    console_url,
    signed_in,
)

pytestmark = pytest.mark.django_db

QUERIES = 10  # of which the session, the user and their role are three


@pytest.fixture
def operator() -> Client:
    return signed_in(Role.OPERATOR)


def page_of(client: Client, execution: Execution) -> str:
    response = client.get(console_url(Execution, "change", execution.uid))
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_all_there_is(operator: Client) -> None:
    an_agent(name="Disk Space")
    execution = an_ended_execution()
    page = page_of(operator, execution)
    for words in (
        "Disk Space", "Completed", str(execution.uid), "localhost",  # the header
        "All is lost.", "Written by Claude (claude-haiku-5-5)", "what shows it", "what to do", "du -xh /",
        "Temperatures", "Skipped", "no sensor", "&quot;percent&quot;: 97",  # the steps
        "line 2", "warn",  # the log
        "req_", "12,000", "unpriced",  # the costs
    ):  # fmt: skip
        assert words in page, words
    assert page.index("Disk is full") < page.index("Load is high"), "the gravest finding comes first"
    assert f"/api/v1/executions/{execution.uid}/logs" in page


def test_nothing_of_it_is_more_than_text(operator: Client) -> None:
    page = page_of(operator, an_ended_execution())
    assert page.count(escape(EVIL)) >= 8
    for raw in ("<img src=x", "<script>document", 'onerror="document'):
        assert raw not in page


def test_an_error_is_shown(operator: Client) -> None:
    page = page_of(operator, a_failed_execution())
    assert "Failed" in page
    assert f"exit code 3 {escape(EVIL)}" in page


def test_rules_say_that_they_are_free(operator: Client) -> None:
    report = a_report(analyst="rules", model=None, note="Written by the rules: no key.")
    page = page_of(operator, an_ended_execution(report=report))
    assert "Written by the rules, at no cost." in page
    assert "no key" in page


@pytest.mark.parametrize("analysis", [{"verdict": EVIL}, {"findings": "many"}, {"analyst": "claude"}])
def test_an_analysis_of_another_shape_is_shown_as_it_is(operator: Client, analysis: dict[str, str]) -> None:
    page = page_of(operator, an_ended_execution(report=analysis))
    assert escape(next(iter(analysis))) in page
    assert "<img" not in page


def test_long_outputs_and_logs_are_cut_and_said_to_be(operator: Client) -> None:
    output = "a" * SHOWN_OUTPUT + "never shown"
    page = page_of(operator, an_ended_execution(output=output, lines=SHOWN_LOG_LINES + 5))
    assert "never shown" not in page
    assert f"the first 20,000 of {len(output):,} characters" in page
    assert page.count('class="line ') == SHOWN_LOG_LINES
    assert "line 5 " in page
    assert "line 4 " not in page


def test_it_asks_as_often_for_a_long_run_as_for_a_short_one(
    operator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    execution = an_ended_execution(lines=50)
    with django_assert_num_queries(QUERIES):
        page_of(operator, execution)


def test_its_pieces_are_to_be_had_alone(operator: Client) -> None:
    """What js/execution.js asks for when something has happened."""
    execution = an_ended_execution()
    url = console_url(Execution, "change", execution.uid)
    pieces = operator.get(f"{url}?sections").json()
    assert set(pieces) == {"buttons", "header", "report", "steps", "costs", "more"}
    assert "All is lost." in pieces["report"]["html"]
    page = page_of(operator, execution)
    for name, piece in pieces.items():
        assert f'data-section="{name}" data-version="{piece["version"]}"' in page
    assert Client().get(f"{url}?sections").status_code == 302


def test_steps_stand_on_one_scale_of_time(operator: Client) -> None:
    at = datetime(2026, 11, 26, 10, tzinfo=UTC)
    execution, _ = start_remote_execution(agent_type="timed", node_id="n", started_at=at)
    with changing_remote_execution(execution.uid, [None]) as (change, _):
        for number, (begin, end) in enumerate(((0, 25), (25, 100)), start=1):
            change.add_step(f"step {number}")
            change.start_step(number, at=at + timedelta(seconds=begin))
            change.complete_step(number, at=at + timedelta(seconds=end))
        change.complete(at=at + timedelta(seconds=100))
    page = page_of(operator, execution)
    assert "margin-left: 0.0%; width: 25.0%" in page
    assert "margin-left: 25.0%; width: 75.0%" in page


@pytest.mark.parametrize(
    ("trigger", "context", "words"),
    [
        ("manual", {"actor": "anna"}, ["anna"]),
        (
            "schedule",
            {"metadata": {"schedule_id": 7, "schedule": "Nightly", "due_at": "2026-11-26T03:00:00+00:00"}},
            [
                '<a href="/scheduling/schedule/7/change/">Nightly</a>',
                'Due <time datetime="2026-11-26T03:00:00',
            ],
        ),
        ("webhook", {}, ["webhook source"]),
        ("manual", {"metadata": {"rerun_of": "01890000-0000-7000-8000-000000000000"}}, ["an earlier run"]),
        ("schedule", {"metadata": {"schedule_id": "x", "rerun_of": [1], "due_at": 5}}, ["schedule source"]),
        ("manual", {"metadata": EVIL, "overrides": EVIL, "actor": 5}, ["by hand"]),
    ],
)
def test_it_says_where_it_comes_from(
    operator: Client, trigger: str, context: dict[str, object], words: list[str]
) -> None:
    execution, _ = create_execution(
        agent_type="disk-space", node_id="n", triggered_by=trigger, trigger_source="source", context=context
    )
    page = page_of(operator, execution)
    for word in words:
        assert word in page, word


def test_costs_are_added_up(operator: Client) -> None:
    page = page_of(operator, an_ended_execution())
    assert "All 2" in page
    assert "1 unpriced" in page
    assert "24,000" in page


def test_it_offers_what_can_be_done_now(operator: Client) -> None:
    waiting, ended = page_of(operator, a_waiting_execution()), page_of(operator, an_ended_execution())
    assert "/cancel/" in waiting
    assert "/rerun/" not in waiting
    assert "/rerun/" in ended
    assert "/cancel/" not in ended


def test_a_cancel_that_was_asked_for_is_said(operator: Client) -> None:
    execution = a_waiting_execution()
    claim_execution(execution.pk, owner="localhost:1")
    cancel_execution(execution.pk, by="anna")
    assert "Cancel was asked for by anna" in page_of(operator, execution)


@pytest.mark.parametrize("key", ["0", "1", "nonsense", "01890000-0000-7000-8000-000000000000"])
def test_an_unknown_id_is_said_to_be_unknown(operator: Client, key: str) -> None:
    an_ended_execution()
    response = operator.get(f"/executions/execution/{key}/change/", follow=True)
    assert "doesn’t exist" in response.content.decode()


def test_a_step_leads_to_its_place_on_the_page(operator: Client) -> None:
    execution = an_ended_execution()
    step = execution.steps.get(step_number=2)
    response = operator.get(f"/executions/executionstep/{step.pk}/change/")
    assert response["Location"] == f"{console_url(Execution, 'change', execution.uid)}#step-2"
    assert 'id="step-2"' in page_of(operator, execution)
