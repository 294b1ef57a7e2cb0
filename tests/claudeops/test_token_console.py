"""A token is made in the console as well, and seen there once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from claudeops.api import ROUTERS
from system.models import ApiToken
from system.roles import Role
from system.tokens import AREAS, find_token, is_well_formed
from tests.console import console_url, signed_in
from tests.system.audit_log import last, last_changes

pytestmark = pytest.mark.django_db

ADD = "/system/apitoken/add/"
FORM = {"name": "nightly", "role": "operator", "areas": ["tracking", "agents"], "good_for": "30"}


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def shown_in(page: Any) -> str:
    (raw,) = (
        word
        for word in page.content.decode().replace("<", " ").replace(">", " ").split()
        if is_well_formed(word)
    )
    return str(raw)


def test_it_is_seen_once_by_who_makes_it(admin: Client) -> None:
    page = admin.post(ADD, FORM)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    raw = shown_in(page)
    token = find_token(raw)
    assert token is not None
    for url in (console_url(ApiToken, "changelist"), console_url(ApiToken, "change", token.pk), "/"):
        assert raw not in admin.get(url).content.decode()


def test_it_is_what_was_asked_for(admin: Client) -> None:
    token = find_token(shown_in(admin.post(ADD, FORM)))
    assert token is not None
    assert (token.name, token.role, token.areas) == ("nightly", "operator", "agents tracking")
    assert token.created_by is not None
    assert token.created_by.username == "the admin"
    assert token.expires_at is not None
    assert abs(token.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert (last().action, last().actor) == ("token.create", "the admin")
    assert last_changes()["areas"] == "agents tracking"


def test_for_ever_and_for_everything(admin: Client) -> None:
    token = find_token(shown_in(admin.post(ADD, {"name": "all", "role": "viewer", "good_for": ""})))
    assert token is not None
    assert (token.expires_at, token.areas) == (None, "")
    page = admin.get(console_url(ApiToken, "change", token.pk)).content.decode()
    assert "everything" in page


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"name": "x" * 101}, {"role": "owner"}, {"areas": ["nowhere"]}, {"good_for": "31"}],
)
def test_what_does_not_fit_makes_none(admin: Client, wrong: dict[str, Any]) -> None:
    response = admin.post(ADD, FORM | wrong)
    assert response.context["adminform"].form.errors.keys() == wrong.keys()
    assert not ApiToken.objects.exists()


def test_it_cannot_be_changed_afterwards(admin: Client) -> None:
    token = find_token(shown_in(admin.post(ADD, FORM)))
    assert token is not None
    assert admin.post(console_url(ApiToken, "change", token.pk), {"role": "admin"}).status_code == 403


def test_there_is_no_area_that_a_token_cannot_be_limited_to() -> None:
    assert {prefix.removeprefix("/") for prefix, _ in ROUTERS} == set(AREAS)
