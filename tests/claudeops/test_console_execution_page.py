"""The page of an execution: all of it, bounded, and nothing but text."""

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from executions.execution_admin import SHOWN_LOG_LINES, SHOWN_OUTPUT
from executions.models import Execution
from executions.services import cancel_execution, claim_execution
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
        "Disk Space", "Completed", str(execution.uid), "Manual", "localhost",  # the header
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
    with django_assert_num_queries(8):
        page_of(operator, execution)


def test_what_runs_renews_itself_and_what_has_ended_does_not(operator: Client) -> None:
    refresh = '<meta http-equiv="refresh"'
    assert refresh in page_of(operator, a_waiting_execution())
    assert refresh not in page_of(operator, an_ended_execution())


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
