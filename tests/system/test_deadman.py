"""A URL that is called while ClaudeOps lives, and not when it does not."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from scheduling.clock import ping_duties
from scheduling.duties import Lane
from system import app_settings
from system.models import Alert, AppSetting
from system.notifications.deadman import DeadMan
from tests.receiver import Receiver, answer, hang

pytestmark = pytest.mark.django_db
TOKEN = "0d5e1c2f-token-of-a-check"


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.OUTBOUND_TOTAL_SECONDS = 0.3
    with Receiver() as receiver:
        yield receiver


def watch(receiver: Receiver) -> str:
    url = f"http://127.0.0.1:{receiver.port}/{TOKEN}"
    app_settings.set_value("deadman.url", url)
    return url


def test_it_is_called(receiver: Receiver) -> None:
    assert DeadMan("nas").ping() is None, "where there is no URL, nothing is called"
    watch(receiver)
    assert DeadMan("nas").ping() is True
    assert [(received.method, received.path) for received in receiver.got] == [("GET", f"/{TOKEN}")]


def test_its_url_is_stored_sealed_and_shown_nowhere(receiver: Receiver) -> None:
    watch(receiver)
    row = AppSetting.objects.get(key="deadman.url")
    assert row.is_secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM system_appsetting")
        assert TOKEN not in str(cursor.fetchall())


def test_failures_are_logged_once_shown_after_three_and_over_when_it_answers(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    watch(receiver)
    man = DeadMan("nas")
    receiver.script(answer(500), hang, answer(302, Location="http://169.254.169.254/"), answer(404))
    with caplog.at_level(logging.INFO):
        assert [man.ping() for _ in range(2)] == [False, False]
        assert not Alert.objects.exists()
        assert [man.ping() for _ in range(2)] == [False, False]
        alert = Alert.objects.get()
        assert (alert.kind, alert.is_open, alert.node_id) == ("deadman-failed", True, "nas")
        assert "It answered 302" in alert.detail
        assert man.ping() is True
    assert len([line for line in caplog.messages if "could not be called" in line]) == 1
    assert TOKEN not in caplog.text
    assert list(Alert.objects.order_by("id").values_list("kind", flat=True)) == [
        "deadman-failed",
        "recovered",
    ]


def test_a_restarted_clock_knows_what_was_open(receiver: Receiver) -> None:
    watch(receiver)
    receiver.script(answer(500), answer(500), answer(500))
    man = DeadMan("nas")
    for _ in range(3):
        man.ping()
    DeadMan("another node").ping()
    assert Alert.objects.get().is_open
    DeadMan("nas").ping()
    assert Alert.objects.filter(kind="recovered").count() == 1


def test_at_rest_it_writes_nothing(receiver: Receiver, django_assert_num_queries: Any) -> None:
    watch(receiver)
    man = DeadMan("nas")
    man.ping()
    with django_assert_num_queries(1):
        man.ping()


def test_it_is_silent_while_due_times_are_not_looked_at(receiver: Receiver) -> None:
    watch(receiver)
    fires = Lane("fires", [])  # which has never turned
    (duty,) = ping_duties("nas", fires)
    duty.run()
    assert receiver.got == []
