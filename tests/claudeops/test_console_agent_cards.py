"""The agents as cards: how each did, what a run takes and costs, when it runs next, what is against it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from claudeops.agents_page.cards import Card
from scheduling.models import Schedule
from system import app_settings
from system.models import Node
from system.roles import Role
from tests.console import (
    EVIL,
    a_failed_execution,
    a_waiting_execution,
    an_agent,
    an_ended_execution,
    signed_in,
)

pytestmark = pytest.mark.django_db

PAGE = "/agents/agentconfiguration/"
# Session, user and role; the two of a list and the choices of its filters; ten of the cards.
QUERIES = 17


@pytest.fixture
def viewer() -> Client:
    return signed_in(Role.VIEWER)


def cards(client: Client, query: str = "") -> dict[str, Card]:
    page: Any = client.get(PAGE + query)
    assert page.status_code == 200
    return {card.agent.agent_type: card for card in page.context["cards"]}


def test_a_card_says_how_it_did_and_what_comes(viewer: Client, settings: Settings) -> None:
    settings.ANTHROPIC_API_KEY = "sk-test"
    agent = an_agent(description=EVIL, max_cost_per_execution="0.5")
    an_ended_execution()
    a_failed_execution()
    an_ended_execution()
    at = timezone.now() + timedelta(hours=1)
    Schedule.objects.create(name="hourly", agent=agent, cron_expression="0 * * * *", next_due=at, next_run=at)
    card = cards(viewer)["disk-space"]
    assert (card.ended, round(card.success or 0)) == (3, 67)
    assert card.next_run == at
    assert card.last is not None
    assert (card.last.health, card.last.status) == ("critical", "completed")
    assert card.last.headline.startswith("All is lost.")
    assert (card.model, card.at_most) == ("claude-haiku-5-5", Decimal("0.5"))
    assert card.typical_usd is not None
    page = viewer.get(PAGE).content.decode()
    assert "<img src=x" not in page
    assert "at most $0.5" in page


def test_a_failure_is_told_by_its_error(viewer: Client) -> None:
    an_agent()
    an_ended_execution()
    a_failed_execution()
    last = cards(viewer)["disk-space"].last
    assert last is not None
    assert (last.status, last.health) == ("failed", "")
    assert last.headline.startswith("exit code 3")


def test_without_a_key_a_run_costs_nothing(viewer: Client) -> None:
    an_agent()
    assert cards(viewer)["disk-space"].model == ""
    assert "nothing: the rules write" in viewer.get(PAGE).content.decode()


def test_what_stands_against_a_run_is_said_before_the_click(viewer: Client) -> None:
    an_agent("off", enabled=False)
    an_agent("busy")
    a_waiting_execution("busy")
    an_agent("resting", cooldown_ms=3_600_000)
    an_ended_execution("resting")
    found = cards(viewer)
    assert [refusal.limit for refusal in found["off"].refusals] == ["enabled"]
    assert [refusal.limit for refusal in found["busy"].refusals] == ["concurrency"]
    assert [refusal.limit for refusal in found["resting"].refusals] == ["cooldown"]
    app_settings.set_value("executions.paused", True)
    assert "paused" in [refusal.limit for refusal in cards(viewer)["busy"].refusals]


def test_they_are_searched_and_filtered(viewer: Client) -> None:
    an_agent("one")
    an_agent("two", enabled=False)
    an_ended_execution("one")
    Node.objects.create(name="localhost")
    Node.objects.create(name="attic")
    assert list(cards(viewer, "?q=TWO")) == ["two"]
    assert list(cards(viewer, "?enabled__exact=1")) == ["one"]
    assert list(cards(viewer, "?node=localhost")) == ["one"]
    assert list(cards(viewer, "?node=attic")) == []
    assert "Nothing here is what you look for." in viewer.get(PAGE + "?q=none").content.decode()


def test_buttons_are_for_those_who_may(viewer: Client) -> None:
    an_agent()
    assert "Run now" not in viewer.get(PAGE).content.decode()
    page = signed_in(Role.OPERATOR).get(PAGE).content.decode()
    assert "Run now" in page
    assert "/changes/" in page
    assert "Import" not in page


def test_many_cost_no_more_queries_than_one(
    viewer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    an_agent("first", cooldown_ms=1000)
    an_ended_execution("first")
    with django_assert_num_queries(QUERIES):
        viewer.get(PAGE)
    for number in range(12):
        an_agent(f"agent-{number}", cooldown_ms=1000)
        an_ended_execution(f"agent-{number}")
    with django_assert_num_queries(QUERIES):
        viewer.get(PAGE)
