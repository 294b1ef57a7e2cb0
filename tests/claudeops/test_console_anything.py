"""Whatever stands in the address of a page, the answer is a page: never a 500, on both databases."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from agents.models import AgentConfiguration
from costs.models import MonthlyCostSummary
from executions.models import Execution
from system.roles import Role
from tests.console import Everything, console_url, everything, registered, signed_in

pytestmark = pytest.mark.django_db

SEARCHED = ["a\x00b", "a " * 2000, '"' * 3]
# With words to search for, with a filter of numbers, and one that is long.
LISTS: list[type[Model]] = [AgentConfiguration, MonthlyCostSummary, Execution]
NUMBER = "9" * 30  # more than any column holds
KEYS = ["0", "-1", "9" * 30, "a", "_00", "a%00b", "..", "\u202e", "01890000-0000-7000-8000-000000000000"]


@pytest.fixture
def things() -> Everything:
    return everything()


@pytest.fixture
def browser(things: Everything) -> Client:
    client = signed_in(Role.ADMIN)
    client.raise_request_exception = False
    return client


def parameters(model: type[Model]) -> Iterator[str]:
    """What the filters of this list ask for."""
    for chosen in admin.site.get_model_admin(model).get_list_filter(RequestFactory().get("/")):
        if isinstance(chosen, str):
            yield from (f"{chosen}__exact", f"{chosen}__in", f"{chosen}__gte")
        elif isinstance(chosen, type) and (name := getattr(chosen, "parameter_name", None)):
            yield name


def test_a_list_answers_whatever_is_asked(browser: Client) -> None:
    for model in LISTS:
        asked = [{"q": text} for text in SEARCHED]
        asked += [{name: NUMBER} for name in parameters(model)]
        asked.append({"o": "1.-2.x", "p": NUMBER, "e": "1", "_changelist_filters": "\x00"})
        for query in asked:
            response = browser.get(f"{console_url(model, 'changelist')}?{urlencode(query)}")
            assert response.status_code in (200, 302, 400), (model, query, response.status_code)


@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_a_key_that_is_none_is_no_page(browser: Client, page: str) -> None:
    for model in registered():
        for key in KEYS:
            response = browser.get(console_url(model, page, key))
            assert response.status_code in (302, 403, 404), (model, key, response.status_code)


def test_a_choice_is_not_counted_because_an_address_says_so(things: Everything) -> None:
    browser = signed_in(Role.VIEWER)
    for model in LISTS:
        if browser.get(console_url(model, "changelist")).status_code == 200:
            with CaptureQueriesContext(connection) as plain:
                browser.get(console_url(model, "changelist"))
            with CaptureQueriesContext(connection) as asked:
                browser.get(f"{console_url(model, 'changelist')}?_facets=True")
            assert len(asked) <= len(plain), model
