"""Guessing passwords takes longer and longer, whichever way one tries; the owner of an account gets in."""

import re
import threading
import time
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django import Settings

from system.models import Alert, AuditEntry
from system.roles import Role
from system.sign_in_throttle import FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS, LONGEST_WAIT_SECONDS
from system.tallies import add_to
from tests.console import PASSWORD, a_user
from tests.system.audit_log import last, last_changes, stored_text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_hashes(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def owner() -> None:
    a_user("owner", Role.ADMIN, PASSWORD)


def attempt(
    name: str = "owner", password: str = "wrong", *, client: Client | None = None, address: str = "10.0.0.1"
) -> Any:
    client = client or Client()
    return client.post("/login/", {"username": name, "password": password}, REMOTE_ADDR=address)


def guess(times: int, **more: Any) -> None:
    for _ in range(times):
        assert attempt(**more).status_code == 200


def known_browser() -> Client:
    client = Client()
    assert attempt(password=PASSWORD, client=client).status_code == 302
    client.post("/logout/")
    return client


def test_after_some_failures_one_has_to_wait_and_is_told_how_long(owner: None) -> None:
    guess(FREE_FOR_ACCOUNT)
    guess(1)  # the next passes, and closes the gate behind it
    response = attempt()
    assert response.status_code == 429
    wait = int(response["Retry-After"])
    assert 1 <= wait <= 2
    assert re.search(rf"Too many attempts. Wait {wait} seconds", response.content.decode())


def test_the_right_password_has_to_wait_as_well(owner: None) -> None:
    guess(FREE_FOR_ACCOUNT + 1)
    assert attempt(password=PASSWORD).status_code == 429
    deadline = time.monotonic() + 5
    while attempt(password=PASSWORD).status_code == 429:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_each_failure_doubles_the_wait_up_to_a_bound(owner: None, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    guess(FREE_FOR_ACCOUNT)
    waits = []
    for number in range(12):
        guess(1, address=f"10.1.0.{number}")
        waits.append(int(attempt(address="10.2.0.1")["Retry-After"]))
        now += waits[-1] + 1
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-2:] == [LONGEST_WAIT_SECONDS] * 2


def test_other_addresses_and_another_spelling_are_no_way_round(owner: None) -> None:
    for number in range(FREE_FOR_ACCOUNT + 1):
        guess(1, name=["owner", "OWNER"][number % 2], address=f"10.0.{number}.1")
    assert attempt(address="10.9.9.9").status_code == 429


def test_other_accounts_are_no_way_round(owner: None) -> None:
    for number in range(FREE_FOR_ADDRESS + 1):
        guess(1, name=f"somebody-{number}")
    assert attempt(name="somebody else").status_code == 429
    assert attempt(name="somebody else", address="10.0.0.2").status_code == 200


def test_an_account_of_ones_own_does_not_wash_an_address_clean(owner: None) -> None:
    for number in range(FREE_FOR_ADDRESS):
        guess(1, name=f"somebody-{number}")
    attempt(password=PASSWORD)
    assert attempt(name="somebody else").status_code == 429


def test_a_forwarded_header_is_no_way_round(owner: None) -> None:
    for number in range(FREE_FOR_ADDRESS + 1):
        Client(headers={"X-Forwarded-For": f"10.3.0.{number}"}).post(
            "/login/", {"username": f"somebody-{number}", "password": "wrong"}
        )
    response = Client(headers={"X-Forwarded-For": "10.4.0.1"}).post(
        "/login/", {"username": "somebody else", "password": "wrong"}
    )
    assert response.status_code == 429


def test_many_at_once_are_no_way_round(owner: None) -> None:
    """Counted before the password is looked at: it is the count that several threads share."""
    numbers: list[int] = []
    threads = [
        threading.Thread(target=lambda: numbers.append(add_to("sign-in:race", for_seconds=9)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 21))


def test_the_owner_gets_in_from_a_known_browser_while_strangers_guess(owner: None) -> None:
    browser = known_browser()
    guess(FREE_FOR_ACCOUNT + 1, address="10.6.6.6")
    assert attempt(password=PASSWORD).status_code == 429
    assert attempt(password=PASSWORD, client=browser).status_code == 302


def test_and_while_strangers_guess_from_the_same_address(owner: None) -> None:
    browser = known_browser()
    for number in range(FREE_FOR_ADDRESS):  # and the owner's own
        guess(1, name=f"somebody-{number}")
    assert attempt(name="somebody else").status_code == 429
    assert attempt(password=PASSWORD, client=browser).status_code == 302


def test_a_known_browser_is_slowed_down_by_its_own_failures(owner: None) -> None:
    browser = known_browser()
    guess(FREE_FOR_ACCOUNT + 1, client=browser)
    assert attempt(client=browser).status_code == 429


def test_a_browser_is_known_for_its_own_account_alone(owner: None) -> None:
    a_user("another", Role.VIEWER, PASSWORD)
    browser = known_browser()
    guess(FREE_FOR_ACCOUNT + 1, name="another", client=browser)
    assert attempt(name="another").status_code == 429


def test_a_mark_that_was_made_up_is_none(owner: None) -> None:
    browser = known_browser()
    name = next(name for name in browser.cookies if name.startswith("claudeops_browser_"))
    assert browser.cookies[name]["httponly"]
    stranger = Client()
    stranger.cookies[name] = browser.cookies[name].value.replace(".", "0.", 1)
    guess(FREE_FOR_ACCOUNT + 1, client=stranger)
    assert attempt().status_code == 429


def test_success_forgets_the_failures_of_the_account(owner: None) -> None:
    guess(FREE_FOR_ACCOUNT - 1)
    attempt(password=PASSWORD)
    guess(FREE_FOR_ACCOUNT - 1)


@pytest.mark.redis
def test_with_redis_all_web_processes_count_together(owner: None, shared_counts: None) -> None:
    for _ in range(FREE_FOR_ACCOUNT + 1):
        guess(1)
        caches["doors_here"].clear()  # as another process has it
    assert attempt().status_code == 429


def test_it_is_on_record_and_said_once_a_day(owner: None) -> None:
    guess(FREE_FOR_ACCOUNT + 1)
    attempt()
    refusals = AuditEntry.objects.filter(action="session.refuse", target="owner", address="10.0.0.1")
    assert refusals.count() == FREE_FOR_ACCOUNT + 1
    assert last_changes() == {"why": "invalid_login"}
    assert Alert.objects.get().kind == "sign-in-guessing"
    guess(FREE_FOR_ACCOUNT, name="another", address="10.0.0.2")
    assert Alert.objects.count() == 1


def test_what_was_typed_into_the_wrong_field_is_not_kept(owner: None) -> None:
    attempt(name="hunter2-hunter2", password="x")
    assert last().target == "a name that nobody has"
    assert "hunter2" not in stored_text()
    attempt(name="owner", password="hunter2-hunter2")
    assert "hunter2" not in stored_text()
