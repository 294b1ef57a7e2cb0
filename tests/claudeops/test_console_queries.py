"""No page of the console asks more when there is more to show. A new page is among them by itself."""

from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from system.models import AppSetting, Cursor
from system.roles import Role
from tests.console import Everything, console_url, everything, registered, signed_in
from tests.console_pages import console_pages, views_of_list
from tests.multiplied import multiply, parents_first

pytestmark = pytest.mark.django_db

# Many are more than a page of a list, which is short here, as it is rendered hundreds of times.
FEW, MANY, A_PAGE = 4, 16, 8
# The code says how many there are of these.
FIXED: set[type[Model]] = {Group, AppSetting, Cursor}


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> Client:
    for model in registered():
        monkeypatch.setattr(site.get_model_admin(model), "list_per_page", A_PAGE)
    ContentType.objects.get_for_models(*registered())  # they are looked up once in the life of a process
    return signed_in(Role.ADMIN)


@pytest.fixture
def things() -> Everything:
    return everything()


def grow(rows: int) -> None:
    for model in parents_first(set(registered()) - FIXED):
        assert multiply(model, rows) >= rows / 2, f"{model} refuses copies: see tests/multiplied.py"


def asked(client: Client, url: str) -> tuple[int, Any]:
    """How many queries it took, and the answer."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    return len(queries), answer


def test_no_page_asks_more_where_there_is_more(admin: Client, things: Everything) -> None:
    grow(FEW)
    asked_first = [(url, *asked(admin, url)) for url in console_pages(things.key).values()]
    # The others are for a POST only, for nobody, or lead somewhere else.
    few = {url: count for url, count, answer in asked_first if answer.status_code == 200}
    grow(MANY)
    grown = {
        url: (count, now)
        for url, count in few.items()
        # The second time no session's minute is over, and noted.
        if asked(admin, url)[0] > count and (now := asked(admin, url)[0]) > count
    }
    assert grown == {}
    assert len(few) > 3 * len(registered())


def test_what_a_list_offers_can_be_asked_for(admin: Client, things: Everything) -> None:
    grow(MANY)
    for model in registered():
        url = console_url(model, "changelist")
        for query in views_of_list(admin.get(url)):
            assert admin.get(url + query).status_code == 200, url + query
