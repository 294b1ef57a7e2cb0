"""From the outbox to a real receiver: once, in order, and never lost."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from system.alerts import raise_alert
from system.counters import counted
from system.models import Alert, Notification, Severity
from system.notifications.outbox import replay
from system.notifications.routing import enqueue_new
from system.notifications.sending import deliver_due
from tests.faults.home import eventually, free_port
from tests.receiver import Exchange, Receiver, answer, hang
from tests.system.telling import NOON, SECRET, a_rule, a_webhook, after, outbox, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.NOTIFY_RETRY_SECONDS = [5, 30, 120]
    settings.OUTBOUND_TOTAL_SECONDS = 0.5
    settings.OUTBOUND_CONNECT_SECONDS = 0.3


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def tell(*titles: str) -> list[Alert]:
    alerts = [say(title) for title in titles]
    enqueue_new(NOON)
    return alerts


def test_refused_silent_500_then_200_delivers_once_and_in_order() -> None:
    port = free_port()
    a_webhook(url=f"http://127.0.0.1:{port}/hook")
    a_rule()
    tell("first", "second", "third")
    assert deliver_due(NOON) == 0
    assert "cannot be connected to" in Notification.objects.earliest("id").last_error
    with Receiver(port) as receiver:
        receiver.script(hang, answer(500, b"out of order"))
        assert deliver_due(after(4)) == 0, "its head rests, and the others wait behind it"
        assert receiver.got == []
        assert deliver_due(after(5)) == 0
        assert "did not answer within 0.5 s" in Notification.objects.earliest("id").last_error
        assert deliver_due(after(5 + 30)) == 0
        assert "It answered 500: out of order" in Notification.objects.earliest("id").last_error
        assert deliver_due(after(5 + 30 + 120)) == 3
        assert deliver_due(after(9999)) == 0
        assert list(receiver.titles()) == ["first", "first", "first", "second", "third"]
        eventually("all are answered", lambda: all(received.answered for received in receiver.got))
        assert len({received.id for received in receiver.got[:3]}) == 1, "a repetition has its old id"
        assert len({received.raw for received in receiver.got[:3]}) == 1
        assert len({received.id for received in receiver.got}) == 3
        for received in receiver.got:
            Webhook(SECRET).verify(received.raw, received.headers)
    assert outbox() == [("first", "delivered"), ("second", "delivered"), ("third", "delivered")]
    assert dict(counted("notifications")) == {("delivered",): 3, ("retried",): 3}


def test_a_forged_body_or_secret_does_not_verify(receiver: Receiver) -> None:
    a_webhook(url=receiver.url)
    a_rule()
    tell("first")
    deliver_due(NOON)
    (received,) = receiver.got
    with pytest.raises(WebhookVerificationError, match="signature"):
        Webhook(SECRET).verify(received.raw.replace(b"first", b"forst"), received.headers)
    with pytest.raises(WebhookVerificationError, match="signature"):
        Webhook("whsec_" + "A" * 40).verify(received.raw, received.headers)


def test_a_failing_target_keeps_no_other_waiting(receiver: Receiver) -> None:
    a_webhook("broken")
    a_webhook("works", url=receiver.url)
    a_rule("broken")
    a_rule("works")
    tell("first", "second")
    assert deliver_due(NOON) == 2
    assert list(receiver.titles()) == ["first", "second"]


def test_nobody_waits_for_the_database_meanwhile(receiver: Receiver) -> None:
    """While it is sent, a transaction that writes goes through at once."""

    def write_then_answer(exchange: Exchange) -> None:
        raise_alert(kind="budget", key="meanwhile", severity=Severity.INFO, title="meanwhile")
        connection.close()
        exchange.answer(200)

    a_webhook(url=receiver.url)
    a_rule()
    tell("first")
    receiver.script(write_then_answer)
    assert deliver_due(NOON) == 1
    assert Alert.objects.filter(key="meanwhile").exists()


def test_two_clocks_send_it_once(receiver: Receiver) -> None:
    both = threading.Barrier(2)
    a_webhook(url=receiver.url)
    a_rule()
    tell(*(f"number {number}" for number in range(8)))
    delivered = []

    def clock() -> None:
        both.wait(5)
        delivered.append(deliver_due(NOON))
        connection.close()

    threads = [threading.Thread(target=clock) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    deliver_due(NOON)
    assert list(receiver.titles()) == [f"number {number}" for number in range(8)]


def test_what_a_killed_sender_had_goes_again_when_its_lease_is_over(
    receiver: Receiver, settings: Settings
) -> None:
    a_webhook(url=receiver.url)
    a_rule()
    tell("first", "second")
    Notification.objects.filter(alert__title="first").update(
        state="sending", attempts=1, message_id="msg_old", lease_until=after(90)
    )
    assert deliver_due(after(89)) == 0
    assert deliver_due(after(90)) == 2
    assert receiver.got[0].id == "msg_old"
    assert list(receiver.titles()) == ["first", "second"]


@pytest.mark.parametrize(("header", "wait_s"), [("60", 60), ("1", 5), ("soon", 5), ("9999999", 24 * 3600)])
def test_a_wait_that_is_asked_for_is_kept(receiver: Receiver, header: str, wait_s: float) -> None:
    a_webhook(url=receiver.url)
    a_rule()
    tell("first")
    receiver.script(answer(503, Retry_After=header))
    deliver_due(NOON)
    assert Notification.objects.get().retry_at == after(wait_s)


def test_a_wait_may_be_a_date(receiver: Receiver) -> None:
    a_webhook(url=receiver.url)
    a_rule()
    tell("first")
    until = format_datetime(timezone.now() + timedelta(seconds=600), usegmt=True)
    receiver.script(answer(429, Retry_After=until))
    deliver_due(NOON)
    retry_at = Notification.objects.get().retry_at
    assert retry_at is not None
    assert 500 < (retry_at - NOON).total_seconds() <= 600


@pytest.mark.parametrize("status", [400, 401, 404, 410, 301])
def test_what_cannot_succeed_is_dead_at_once(receiver: Receiver, status: int) -> None:
    a_webhook(url=receiver.url)
    a_rule()
    tell("first", "second")
    receiver.script(answer(status, b"not here"))
    deliver_due(NOON)
    assert outbox(alert__kind="budget") == [("first", "dead"), ("second", "delivered")]
    assert f"It answered {status}: not here" in Notification.objects.earliest("id").last_error


def test_no_redirect_is_followed(receiver: Receiver) -> None:
    a_webhook(url=receiver.url)
    a_rule()
    tell("first")
    receiver.script(answer(302, Location="http://169.254.169.254/latest/meta-data/"))
    deliver_due(NOON)
    assert len(receiver.got) == 1
    assert "169.254.169.254/latest/meta-data/, which is not followed" in Notification.objects.get().last_error


def test_a_dead_letter_is_said_once_and_not_to_the_target_itself(receiver: Receiver) -> None:
    a_webhook("broken")
    a_webhook("works", url=receiver.url)
    a_rule("broken")
    a_rule("works", kinds=["notification-dead", "recovered"])
    tell("first", "second")
    for second in (0, 5, 35, 155, 156, 160, 190, 400, 500):
        deliver_due(after(second))
        enqueue_new(after(second))
    assert outbox(target__name="broken") == [("first", "dead"), ("second", "dead")]
    assert list(receiver.titles()) == ["Notifications do not reach broken"]
    alert = Alert.objects.get(kind="notification-dead")
    assert alert.is_open
    assert "It was tried 4 times" in alert.detail


def test_a_dead_letter_is_replayed_under_its_old_id_and_that_is_over(receiver: Receiver) -> None:
    target = a_webhook(url=receiver.url)
    a_rule()
    tell("first")
    receiver.script(answer(410))
    deliver_due(NOON)
    (dead,) = Notification.objects.all()
    assert (dead.state, dead.attempts) == ("dead", 1)
    (again,) = replay(dead.pk)
    assert (again.state, again.attempts) == ("waiting", 0)
    assert deliver_due(after(1)) == 1
    assert [received.id for received in receiver.got] == [dead.message_id] * 2
    enqueue_new(after(2))
    deliver_due(after(2))
    assert list(receiver.titles())[2:] == [f"Notifications reach {target.name} again"]


def test_a_disabled_target_waits(receiver: Receiver) -> None:
    target = a_webhook(url=receiver.url)
    a_rule()
    tell("first")
    target.enabled = False
    target.save()
    assert deliver_due(NOON) == 0
    target.enabled = True
    target.save()
    assert deliver_due(NOON) == 1


def test_a_digest_is_one_message_and_stays_the_same_one(receiver: Receiver) -> None:
    a_webhook(url=receiver.url)
    a_rule(digest_minutes=10)
    tell("first", "second")
    receiver.script(answer(500))
    assert deliver_due(after(599)) == 0
    assert deliver_due(after(600)) == 0
    say("third")
    enqueue_new(after(601))
    assert deliver_due(after(605)) == 1
    assert [received.titles for received in receiver.got] == [["first", "second"], ["first", "second"]]
    assert len({received.id for received in receiver.got}) == 1
    assert receiver.got[0].body["data"]["title"] == "2 alerts: 2 warning"
    assert deliver_due(after(1201)) == 1
    assert receiver.got[2].titles == ["third"]
