"""Apprise, through its own json:// to a real receiver; and where it must not go."""

import sys
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from system.models import NotificationTarget, Severity, TargetKind
from system.notifications.apprise_sending import problem_of_apprise_url
from system.notifications.messages import message_of
from system.notifications.outbox import Outcome
from system.notifications.routing import enqueue_new
from system.notifications.sending import deliver_due, send_to
from tests.receiver import Receiver, answer, drip
from tests.system.telling import NOON, a_rule, outbox, say

pytestmark = pytest.mark.django_db(transaction=True)

METADATA = "169.254.169.254"
# The same address as one number, which the system's resolver takes for a name of it.
AS_A_NAME = "2852039166"
TOKEN = "t0ken-of-the-tests"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def apprise(url: str) -> NotificationTarget:
    """Stored as it is; what is looked at before is another test."""
    return NotificationTarget.objects.create(
        name="phone", kind=TargetKind.APPRISE, url=url, scheme=url.partition("://")[0]
    )


def send(url: str) -> Outcome:
    return send_to(apprise(url), message_of("msg_1", [say("first", detail="It is full.")]))


def test_it_is_delivered_as_plain_text(receiver: Receiver) -> None:
    apprise(f"json://127.0.0.1:{receiver.port}/{TOKEN}")
    a_rule("phone")
    say("Disk <b>/</b> is full @everyone", detail="see [here](http://evil.example)\x1b[31m", node_id="nas")
    enqueue_new(NOON)
    assert deliver_due(NOON) == 1
    (received,) = receiver.got
    assert received.path == f"/{TOKEN}"
    assert received.body["title"] == "Warning: Disk <\u200bb>/<\u200b/b> is full @\u200beveryone"
    assert received.body["message"] == (
        "see [here]\u200b(http://evil.example)\n\nSince: 2026-11-24 12:00 UTC\nNode: nas\nSeverity: warning"
    )
    assert received.body["type"] == "warning"
    assert outbox()[0][1] == "delivered"
    assert "apprise" not in sys.modules, "what it takes to load is given back"


def test_what_comes_back_is_said_and_no_secret_of_the_url(receiver: Receiver) -> None:
    receiver.script(answer(403, f"nobody knows {TOKEN}".encode()))
    outcome = send(f"json://127.0.0.1:{receiver.port}/{TOKEN}")
    assert not outcome.is_delivered
    assert "403" in outcome.said
    assert "nobody knows [redacted]" in outcome.said
    assert TOKEN not in outcome.said


def test_a_redirect_to_the_metadata_service_is_refused(receiver: Receiver) -> None:
    receiver.script(answer(307, Location=f"http://{METADATA}/latest/meta-data/"))
    outcome = send(f"json://127.0.0.1:{receiver.port}/?redirect=yes")
    assert not outcome.is_delivered
    assert f"{METADATA} is a link-local address" in outcome.said


def test_a_name_that_leads_to_the_metadata_service_is_refused() -> None:
    outcome = send(f"json://{AS_A_NAME}/")
    assert not outcome.is_delivered
    assert f"{METADATA} is a link-local address" in outcome.said


def test_a_server_that_drips_is_given_up(receiver: Receiver, settings: Settings) -> None:
    settings.OUTBOUND_TOTAL_SECONDS = 1
    receiver.script(drip)
    outcome = send(f"json://127.0.0.1:{receiver.port}/")
    assert not outcome.is_delivered
    assert "more than 1 s" in outcome.said


@pytest.mark.parametrize("url", [f"no-such-service://{TOKEN}", f"tgram://{TOKEN}"])
def test_a_url_that_apprise_does_not_know_is_refused_without_repeating_it(url: str) -> None:
    problem = problem_of_apprise_url(url)
    assert problem.startswith("Apprise does not take this URL.")
    assert TOKEN not in problem


def test_how_grave_it_is_is_told_to_apprise() -> None:
    critical = message_of("msg_1", [say("first", severity=Severity.CRITICAL)])
    recovered = message_of("msg_2", [say("first", kind="recovered", severity=Severity.INFO)])
    assert (critical.tone, recovered.tone) == ("failure", "success")
