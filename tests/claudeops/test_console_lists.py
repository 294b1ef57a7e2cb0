"""A list asks the same few questions for one row and for many, and counts no long table."""

from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from agents.models import AgentConfiguration, Finding, LaunchRefusal
from costs.models import CostRecord
from executions.filters import EventFilter
from executions.models import Execution, ExecutionEvent, ExecutionStep
from scheduling.models import Fire, HookDelivery
from system.models import ApiToken, AuditEntry, SystemMetric
from system.roles import Role
from tests import console
from tests.console import (
    a_waiting_execution,
    an_agent,
    an_ended_execution,
    console_url,
    everything,
    registered,
)

pytestmark = pytest.mark.django_db

LONG: list[type[Model]] = [
    Execution, ExecutionEvent, ExecutionStep, CostRecord, LaunchRefusal, Fire, HookDelivery, AuditEntry,
    Finding,
    SystemMetric,
]  # fmt: skip
# The session, the user and their role cost three; the list itself, and the choices of its filters, the rest.
QUERIES: dict[type[Model], int] = {
    Execution: 8,
    ExecutionEvent: 4,
    ExecutionStep: 4,
    CostRecord: 8,
    LaunchRefusal: 4,
    Finding: 8,
    AgentConfiguration: 17,  # of cards: test_console_agent_cards.py
    SystemMetric: 4,
    ApiToken: 6,
}


@pytest.fixture
def admin() -> Client:
    client = console.signed_in(Role.ADMIN)
    client.get("/")
    return client


def test_many_users_cost_no_more_queries_than_one(admin: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert admin.get(console_url(User, "changelist")).status_code == 200
        return len(asked)

    few = queries()
    for number in range(12):
        User.objects.create_user(f"user-{number}").groups.add(Group.objects.get(name=Role.VIEWER))
    assert queries() <= few + 1  # the groups of those who have any


@pytest.mark.parametrize("model", list(QUERIES))
def test_many_rows_cost_no_more_queries_than_one(
    admin: Client, model: type[Model], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    everything()
    for _ in range(12):
        an_ended_execution()
    with django_assert_num_queries(QUERIES[model]):
        assert admin.get(console_url(model, "changelist")).status_code == 200


@pytest.mark.parametrize("model", LONG)
@pytest.mark.parametrize("query", ["", "?q=lost", "?p=2"])
def test_a_long_table_is_never_counted(admin: Client, model: type[Model], query: str) -> None:
    everything()
    with CaptureQueriesContext(connection) as queries:
        assert admin.get(console_url(model, "changelist") + query).status_code == 200
    assert not [each["sql"] for each in queries if "COUNT(" in each["sql"]]


def test_every_list_can_be_searched_and_filtered_by_nonsense(admin: Client) -> None:
    everything()
    for model in registered():
        url = console_url(model, "changelist")
        for query in ("?q=%22x", "?q=é'%00", "?o=99.-99", "?p=999999999", "?p=x", "?e=1"):
            assert admin.get(url + query, follow=True).status_code == 200, url + query
        has_status = "status" in site.get_model_admin(model).list_filter
        answer = admin.get(f"{url}?status=nonsense", follow=True)
        assert answer.status_code == (200 if has_status else 400), url  # only a list's own filters are asked


def test_executions_are_filtered(admin: Client) -> None:
    an_agent()
    ended, waiting = an_ended_execution(), a_waiting_execution("log-analyzer")
    url = console_url(Execution, "changelist")

    def shown(query: str) -> list[Any]:
        return [row.uid for row in admin.get(url + query).context["cl"].result_list]

    assert shown("") == [waiting.uid, ended.uid]
    assert shown("?status__exact=pending") == [waiting.uid]
    assert shown("?agent_type=disk-space") == [ended.uid]
    assert shown("?node_id=localhost&triggered_by__exact=webhook") == []
    assert shown(f"?q={ended.uid}") == [ended.uid]
    assert shown("?q=completed") == [ended.uid]


def test_a_list_leads_to_the_page_of_the_public_id(admin: Client) -> None:
    ended = an_ended_execution()
    page = admin.get(console_url(Execution, "changelist")).content.decode()
    assert f"/executions/execution/{ended.uid}/change/" in page


def test_events_and_steps_are_found_by_their_execution(admin: Client) -> None:
    mine, _other = an_ended_execution(), an_ended_execution()
    for model in (ExecutionEvent, ExecutionStep):
        rows = admin.get(console_url(model, "changelist") + f"?q={mine.uid}").context["cl"].result_list
        assert {row.execution_id for row in rows} == {mine.pk}
        assert not admin.get(console_url(model, "changelist") + "?q=nonsense").context["cl"].result_list


def test_events_of_a_kind_are_looked_for_among_the_latest(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = an_ended_execution(), an_ended_execution()
    url = console_url(ExecutionEvent, "changelist") + "?event=execution:completed"

    def shown(query: str = "") -> list[int]:
        return [row.execution_id for row in admin.get(url + query).context["cl"].result_list]

    assert shown() == [new.pk, old.pk]
    monkeypatch.setattr(EventFilter, "LATEST", new.event_count)
    assert shown() == [new.pk]
    assert shown(f"&q={old.uid}") == [old.pk], "of one execution, all"
