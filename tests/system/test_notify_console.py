"""Targets, rules and the outbox in the console."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from system.models import Alert, Notification, NotificationRule, NotificationTarget
from system.notifications.routing import enqueue_new
from system.roles import Role
from system.secrets import Secret
from tests.console import console_url, signed_in
from tests.receiver import Receiver, answer
from tests.system.telling import NOON, SECRET, a_rule, a_webhook, say

pytestmark = pytest.mark.django_db

TOKEN = "a-token-in-the-path"


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.OUTBOUND_TOTAL_SECONDS = 0.4
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def opened(secret: Secret | str) -> str:
    assert isinstance(secret, Secret)
    return secret.reveal()


def test_a_webhook_is_added_with_the_secret_that_the_page_proposed(admin: Client) -> None:
    page = admin.get(console_url(NotificationTarget, "add"))
    proposed = page.context["adminform"].form["signing"].value()
    assert proposed.startswith("whsec_")
    form = {"name": "hook", "kind": "webhook", "address": f"https://example.org/{TOKEN}", "signing": proposed}
    assert admin.post(console_url(NotificationTarget, "add"), {**form, "enabled": "on"}).status_code == 302
    target = NotificationTarget.objects.get()
    assert (target.scheme, opened(target.url)) == ("https", form["address"])
    assert opened(target.signing_secret) == proposed


def test_what_is_wrong_stands_at_its_field(admin: Client) -> None:
    url = console_url(NotificationTarget, "add")
    form = {"name": "x", "kind": "webhook", "address": "http://169.254.169.254/", "signing": "nonsense"}
    page = admin.post(url, form).content.decode()
    assert "nothing is sent there" in page
    assert "A signing secret is whsec_" in page
    page = admin.post(
        url, {"name": "x", "kind": "apprise", "address": "no-such-service://x"}
    ).content.decode()
    assert "Apprise does not take this URL" in page
    assert not NotificationTarget.objects.exists()


@pytest.mark.parametrize("role", list(Role))
def test_neither_url_nor_secret_is_on_any_page(role: Role) -> None:
    target = a_webhook(url=f"https://example.org/{TOKEN}")
    client = signed_in(role)
    for url in (
        console_url(NotificationTarget, "changelist"),
        console_url(NotificationTarget, "change", target.pk),
    ):
        page = client.get(url).content.decode()
        assert "hook" in page
        for hidden in (TOKEN, "example.org", SECRET, target.url.sealed):
            assert hidden not in page


def test_what_is_left_empty_stays(admin: Client) -> None:
    target = a_webhook(url=f"https://example.org/{TOKEN}")
    url = console_url(NotificationTarget, "change", target.pk)
    assert admin.post(url, {"address": "", "signing": "", "enabled": ""}).status_code == 302
    target.refresh_from_db()
    assert (target.enabled, opened(target.url)) == (False, f"https://example.org/{TOKEN}")
    assert opened(target.signing_secret) == SECRET


def test_a_test_is_sent_by_a_button(admin: Client, receiver: Receiver) -> None:
    target = a_webhook(url=receiver.url)
    url = console_url(NotificationTarget, "test", target.pk)
    receiver.script(answer(200, b"thanks"), answer(500, b"alas"))
    assert "took the test" in admin.post(url, follow=True).content.decode()
    page = admin.post(url, follow=True).content.decode()
    assert "did not take the test. It answered 500: alas" in page
    assert admin.get(url).status_code == 405
    assert signed_in(Role.OPERATOR).post(url).status_code == 403


def test_a_rule_is_added_and_its_mistakes_are_said(admin: Client) -> None:
    target = a_webhook()
    say("before")
    form = {
        "name": "nights", "target": target.pk, "kinds": ["run-failed"], "agent_types": "disk, memory",
        "min_severity": "warning", "quiet_from": "22:00", "quiet_until": "", "quiet_zone": "Europe/Berlin",
        "digest_minutes": "0", "enabled": "on",
    }  # fmt: skip
    url = console_url(NotificationRule, "add")
    assert "Quiet hours have a beginning and an end." in admin.post(url, form).content.decode()
    assert admin.post(url, {**form, "quiet_until": "07:00"}).status_code == 302
    rule = NotificationRule.objects.get()
    assert (rule.kinds, rule.agent_types) == (["run-failed"], ["disk", "memory"])
    assert rule.after_alert == Alert.objects.get().pk
    page = admin.get(console_url(NotificationRule, "change", rule.pk)).content.decode()
    assert "disk, memory" in page


def test_a_dead_letter_is_sent_again_by_an_operator() -> None:
    a_webhook()
    a_rule()
    say("first")
    enqueue_new(NOON)
    Notification.objects.update(state="dead", message_id="msg_1", last_error="It answered 410: gone")
    row = Notification.objects.get()
    operator = signed_in(Role.OPERATOR)
    page = operator.get(console_url(Notification, "changelist")).content.decode()
    assert "It answered 410: gone" in page
    url = console_url(Notification, "replay", row.pk)
    assert url in page
    assert url not in signed_in(Role.VIEWER).get(console_url(Notification, "changelist")).content.decode()
    assert "It waits for hook again" in operator.post(url, follow=True).content.decode()
    row.refresh_from_db()
    assert row.state == "waiting"


def test_all_dead_letters_of_a_target_are_sent_again_by_one_button(admin: Client) -> None:
    a_webhook()
    a_rule()
    for title in ("first", "second"):
        say(title)
    enqueue_new(NOON)
    Notification.objects.update(state="dead")
    listed, operator = console_url(Notification, "changelist"), signed_in(Role.OPERATOR)
    url = console_url(NotificationTarget, "replay", NotificationTarget.objects.get().pk)
    words = "Send the 2 dead letters of hook again"
    assert words in operator.get(listed).content.decode()
    assert words not in signed_in(Role.VIEWER).get(listed).content.decode()
    assert "2 notifications wait for hook again" in operator.post(url, follow=True).content.decode()
    assert set(Notification.objects.values_list("state", flat=True)) == {"waiting"}
    assert words not in operator.get(listed).content.decode()


def test_the_list_of_alerts_shows_what_is_open(admin: Client) -> None:
    say("goes on", subject="a")
    say("was said")
    url = console_url(Alert, "changelist")
    assert "Open" in admin.get(url).content.decode()
    listed = admin.get(f"{url}?state=open").context["cl"].result_list
    assert [alert.title for alert in listed] == ["goes on"]
