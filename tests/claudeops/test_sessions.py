"""Where one is signed in can be seen and ended, and a stolen table of sessions opens nothing."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from system.models import ConsoleSession
from system.roles import Role
from system.session_admin import name_of_browser
from system.sessions import digest_of_key
from tests.console import PASSWORD, a_user, console_url
from tests.system.audit_log import actions, last, last_changes

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SESSIONS = "/system/consolesession/"
NEW = "a very new password"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def browser(name: str, address: str = "10.0.0.1", user_agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": user_agent}, REMOTE_ADDR=address)
    assert client.post("/login/", {"username": name, "password": PASSWORD}).status_code == 302
    return client


def key_of(client: Client) -> str:
    return str(client.cookies[django_settings.SESSION_COOKIE_NAME].value)


def row_of(client: Client) -> ConsoleSession:
    return ConsoleSession.objects.get(pk=digest_of_key(key_of(client)))


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


@pytest.fixture
def people() -> None:
    a_user("ann", Role.VIEWER, PASSWORD)
    a_user("ben", Role.VIEWER, PASSWORD)
    a_user("boss", Role.ADMIN, PASSWORD)


def test_what_is_stored_opens_nothing(people: None) -> None:
    client = browser("ann")
    stored = str(list(ConsoleSession.objects.values()))
    assert key_of(client) not in stored
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = row_of(client).pk
    assert not is_in(thief)
    assert is_in(client)


def test_a_session_says_whose_it_is_and_from_where(people: None) -> None:
    row = row_of(browser("ann", "10.0.0.7"))
    assert (row.user and row.user.username, row.address, row.browser) == ("ann", "10.0.0.7", FIREFOX)
    assert row.signed_in_at is not None
    page = browser("ann").get(SESSIONS).content.decode()
    assert page.count("Firefox on Linux") == 2
    assert page.count("This one") == 1


def test_everybody_sees_their_own_and_an_admin_all(people: None) -> None:
    ann, ben, boss = browser("ann", "10.0.0.1"), browser("ben", "10.0.0.2"), browser("boss", "10.0.0.3")
    own = ann.get(SESSIONS).content.decode()
    assert "10.0.0.1" in own
    assert "10.0.0.2" not in own
    everything = boss.get(SESSIONS).content.decode()
    assert all(f"10.0.0.{number}" in everything for number in (1, 2, 3))
    theirs = console_url(ConsoleSession, "change", row_of(ben).pk)
    assert ann.get(theirs).status_code == 302  # there is no such session for her
    assert boss.get(theirs).status_code == 200


def test_one_is_ended_from_elsewhere(people: None) -> None:
    here, there = browser("ann"), browser("ann", "10.0.0.9")
    response = here.post(console_url(ConsoleSession, "end", row_of(there).pk))
    assert response["Location"] == SESSIONS
    assert (is_in(here), is_in(there)) == (True, False)
    entry = last()
    assert (entry.action, entry.actor, entry.target) == ("session.end", "ann", "ann")
    assert last_changes() == {"address": "10.0.0.9", "browser": FIREFOX}


def test_nobody_but_an_admin_ends_anothers(people: None) -> None:
    ann, ben, boss = browser("ann"), browser("ben"), browser("boss")
    url = console_url(ConsoleSession, "end", row_of(ben).pk)
    assert ann.post(url).status_code == 404
    assert is_in(ben)
    assert boss.get(url).status_code == 405
    boss.post(url)
    assert not is_in(ben)


def test_ones_own_new_password_ends_the_others(people: None) -> None:
    here, there = browser("ann"), browser("ann")
    form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert here.post("/password_change/", form)["Location"] == "/password_change/done/"
    assert ConsoleSession.objects.get(user__username="ann") == row_of(here)
    assert row_of(here).address == "10.0.0.1"
    assert (is_in(here), is_in(there)) == (True, False)
    assert (last().action, last().actor, last().target) == ("user.password", "ann", "ann")


def test_a_password_that_an_admin_sets_ends_them_all(people: None) -> None:
    ann, boss = browser("ann"), browser("boss")
    pk = User.objects.get(username="ann").pk
    form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    assert boss.post(f"/auth/user/{pk}/password/", form).status_code == 302
    assert not ConsoleSession.objects.filter(user__username="ann").exists()
    assert (is_in(ann), is_in(boss)) == (False, True)
    assert (last().action, last().actor, last().target) == ("user.password", "boss", "ann")


def test_a_wrong_old_password_ends_nothing(people: None) -> None:
    here, there = browser("ann"), browser("ann")
    form = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    assert here.post("/password_change/", form).status_code == 200
    assert is_in(there)


def test_a_session_whose_time_is_over_is_not_listed(people: None) -> None:
    old = browser("ann", "10.0.0.5")
    ConsoleSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_in(old)
    assert "10.0.0.5" not in browser("ann").get(SESSIONS).content.decode()


def test_when_it_was_seen_last_is_noted_once_a_minute(people: None) -> None:
    client = browser("ann")
    long_ago = timezone.now() - timedelta(hours=1)
    ConsoleSession.objects.update(seen_at=long_ago)
    client.get("/")
    seen = row_of(client).seen_at
    assert seen is not None
    assert seen > long_ago
    client.get("/")
    assert row_of(client).seen_at == seen


def test_signing_in_and_out_is_on_record(people: None) -> None:
    client = browser("ann", "10.0.0.8")
    assert (last().action, last().actor, last().address, last().door) == (
        "session.sign-in", "ann", "10.0.0.8", "console",
    )  # fmt: skip
    client.post("/logout/")
    assert actions() == ["session.sign-in", "session.sign-out"]
    assert not ConsoleSession.objects.exists()


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iOS"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "–"),
    ],
)
def test_a_browser_is_named_as_people_do(user_agent: str, name: str) -> None:
    assert name_of_browser(user_agent) == name
