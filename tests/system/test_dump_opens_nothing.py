"""Whoever gets the database, or a backup of it, gets in nowhere and reads no secret."""

import io
import re

import pytest
from django.conf import settings
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from scheduling.hooks.editing import create_hook
from system import app_settings
from system.audit import record
from system.models import NotificationTarget
from system.roles import Role
from system.tokens import create_token
from tests.console import PASSWORD, a_user, an_agent

SECRET = "a-secret-of-somebody-1234567890"


def dump() -> str:
    """Every row of every table as SQL, and every model as JSON."""
    with connection.cursor() as cursor:
        raw = "\n".join(cursor.connection.iterdump())
    out = io.StringIO()
    call_command("dumpdata", stdout=out)
    return raw + out.getvalue()


@pytest.fixture
def stolen(db: None) -> tuple[str, list[str]]:
    """The dump of a console that somebody uses, and what must not be in it."""
    a_user("owner", Role.ADMIN, PASSWORD)
    browser = Client()
    assert browser.post("/login/", {"username": "owner", "password": PASSWORD}).status_code == 302
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    _, token = create_token("ci", Role.ADMIN)
    _, hook_secret = create_hook({"slug": "deploy", "name": "Deploy", "agent": an_agent()})
    NotificationTarget.objects.create(
        name="mail", kind="webhook", url=f"https://x/{SECRET}", signing_secret=SECRET
    )
    secret_setting = next(key for key, setting in app_settings.SETTINGS.items() if setting.is_secret)
    app_settings.set_value(secret_setting, f"https://example.org/{SECRET}")
    with transaction.atomic():
        record("agent.change", "a", {"password": SECRET})
    return dump(), [session, token, hook_secret, SECRET, PASSWORD]


def test_no_secret_is_in_it_and_nothing_in_it_lets_anybody_in(stolen: tuple[str, list[str]]) -> None:
    """Every word of it that could be a key is tried, as a session's and as a token."""
    text, secrets = stolen
    assert "owner" in text
    for secret in secrets:
        assert secret not in text
    words = set(re.findall(r"\b[A-Za-z0-9_]{28,64}\b", text))
    assert len(words) > 5
    for word in words:
        thief = Client(headers={"Authorization": f"Bearer {word}"})
        assert thief.get("/api/v1/executions").status_code == 401
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = word
        assert thief.get("/").status_code == 302
    assert identify_hasher(User.objects.get(username="owner").password).algorithm == "pbkdf2_sha256"
