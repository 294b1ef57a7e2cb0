"""Targets, rules and the outbox over the API: who may what, and what is never shown."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings
from standardwebhooks import Webhook

from system.models import AuditEntry, Notification, NotificationTarget
from system.notifications.routing import enqueue_new
from system.notifications.sending import deliver_due
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.receiver import Receiver, answer, hang
from tests.system.telling import NOON, a_rule, a_webhook, after, say

pytestmark = pytest.mark.django_db

TOKEN = "a-token-in-the-path"


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.OUTBOUND_TOTAL_SECONDS = 0.4
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def admin() -> ApiClient:
    return ApiClient(Role.ADMIN)


def webhook(**more: Any) -> dict[str, Any]:
    return {"name": "hook", "kind": "webhook", "url": f"https://example.org/{TOKEN}", **more}


def test_a_target_is_made_listed_changed_and_deleted(admin: ApiClient) -> None:
    made = admin.post("/notifications/targets", webhook())
    assert made.status_code == 201
    assert made.json()["signing_secret"].startswith("whsec_"), "made here, and shown this once"
    found = admin.get("/notifications/targets").json()
    assert found["count"] == 1
    assert found["items"][0] == {
        **{name: made.json()[name] for name in ("created_at", "updated_at")},
        "name": "hook", "kind": "webhook", "scheme": "https", "enabled": True,
    }  # fmt: skip
    changed = admin.call(
        "PATCH", "/notifications/targets/hook", {"url": "http://127.0.0.1/x", "enabled": False}
    )
    assert (changed.json()["scheme"], changed.json()["enabled"]) == ("http", False)
    assert admin.call("DELETE", "/notifications/targets/hook").status_code == 204
    assert admin.get("/notifications/targets/hook").status_code == 404


def test_neither_url_nor_secret_is_in_any_answer_or_in_the_audit(admin: ApiClient) -> None:
    secret = admin.post("/notifications/targets", webhook()).json()["signing_secret"]
    admin.call("PATCH", "/notifications/targets/hook", {"url": f"https://example.org/{TOKEN}/2"})
    for path in ("/notifications/targets", "/notifications/targets/hook"):
        text = admin.get(path).content.decode()
        assert TOKEN not in text
        assert secret not in text
    noted = str(list(AuditEntry.objects.values()))
    assert "notification-target.create" in noted
    assert "notification-target.change" in noted
    assert TOKEN not in noted
    assert secret not in noted


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (webhook(url="ftp://example.org/"), "url"),
        (webhook(url="http://169.254.169.254/latest/"), "url"),
        (webhook(signing_secret="short"), "signing_secret"),
        (webhook(kind="apprise", url="json://169.254.169.254/"), "url"),
        (webhook(kind="apprise", url="no-such-service://x"), "url"),
        (webhook(kind="pigeon"), "body.kind"),
        (webhook(name="two words"), "body.name"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_at_its_field(admin: ApiClient, body: dict[str, Any], field: str) -> None:
    refused = admin.post("/notifications/targets", body)
    assert refused.status_code == 422
    assert fields_of(refused)[0].endswith(field.rpartition(".")[2])
    assert TOKEN not in refused.content.decode()
    assert not NotificationTarget.objects.exists()


def test_a_name_is_taken_once(admin: ApiClient) -> None:
    assert admin.post("/notifications/targets", webhook()).status_code == 201
    assert admin.post("/notifications/targets", webhook()).status_code == 409


def test_a_test_says_exactly_what_came_back(admin: ApiClient, receiver: Receiver) -> None:
    secret = admin.post("/notifications/targets", webhook(url=receiver.url)).json()["signing_secret"]
    receiver.script(answer(200, b"thanks"), answer(503, b"later"), hang)
    first, second, third = (admin.post("/notifications/targets/hook/test").json() for _ in range(3))
    assert (first["delivered"], first["said"]) == (True, "It answered 200: thanks")
    assert (second["delivered"], second["said"]) == (False, "It answered 503: later")
    assert (third["delivered"], third["said"]) == (False, "127.0.0.1 did not answer within 0.4 s.")
    assert Webhook(secret).verify(receiver.got[0].raw, receiver.got[0].headers)["type"] == "test"
    assert not Notification.objects.exists()


def test_a_rule_is_made_changed_and_deleted(admin: ApiClient) -> None:
    a_webhook()
    body = {
        "name": "nights", "target": "hook", "kinds": ["run-failed", "recovered"],
        "agent_types": ["disk-space"], "min_severity": "warning", "quiet_from": "22:00",
        "quiet_until": "07:30", "quiet_zone": "Europe/Berlin", "digest_minutes": 15,
    }  # fmt: skip
    made = admin.post("/notifications/rules", body)
    assert made.status_code == 201
    assert {name: made.json()[name] for name in body} == body
    changed = admin.call(
        "PATCH", "/notifications/rules/nights", {"quiet_from": None, "quiet_until": None, "kinds": []}
    ).json()
    assert (changed["quiet_from"], changed["kinds"], changed["digest_minutes"]) == (None, [], 15)
    assert admin.get("/notifications/rules").json()["count"] == 1
    assert admin.call("DELETE", "/notifications/rules/nights").status_code == 204
    assert admin.get("/notifications/rules/nights").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field", "status"),
    [
        ({"kinds": ["run-faild"]}, "kinds", 422),
        ({"quiet_from": "22:00"}, "quiet_until", 422),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until", 422),
        ({"quiet_zone": "Mars/Olympus"}, "quiet_zone", 422),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from", 422),
        ({"digest_minutes": 1441}, "digest_minutes", 422),
        ({"target": "nobody"}, "name", 404),
    ],
    ids=str,
)
def test_a_rule_that_is_wrong(admin: ApiClient, wrong: dict[str, Any], field: str, status: int) -> None:
    a_webhook()
    refused = admin.post("/notifications/rules", {"name": "nights", "target": "hook", **wrong})
    assert refused.status_code == status
    assert fields_of(refused)[0].endswith(field)


def test_the_outbox_is_listed_filtered_and_replayed(
    admin: ApiClient, receiver: Receiver, django_assert_max_num_queries: Any
) -> None:
    a_webhook(url=receiver.url)
    a_webhook("other", url=receiver.url)
    rule = a_rule()
    a_rule("other")
    say("first")
    enqueue_new(NOON)
    receiver.script(answer(410, b"gone"))
    deliver_due(NOON)
    viewer, operator = ApiClient(Role.VIEWER), ApiClient(Role.OPERATOR)
    with django_assert_max_num_queries(8):
        assert viewer.get("/notifications/outbox").json()["count"] == 2
    (dead,) = viewer.get("/notifications/outbox?state=dead").json()["items"]
    assert (dead["target"], dead["rule"], dead["alert"]["title"]) == ("hook", rule.name, "first")
    assert (dead["state"], dead["attempts"], dead["last_error"]) == ("dead", 1, "It answered 410: gone")
    assert viewer.get("/notifications/outbox?target=other").json()["items"][0]["state"] == "delivered"
    path = f"/notifications/outbox/{dead['id']}/replay"
    assert viewer.post(path).status_code == 403
    assert operator.post(path).json()[0]["state"] == "waiting"
    assert operator.post(path).status_code == 409
    assert AuditEntry.objects.filter(action="notification.replay", target="hook").count() == 1
    deliver_due(after(1))
    assert viewer.get("/notifications/outbox?state=delivered").json()["count"] == 2
    assert operator.post("/notifications/outbox/999999/replay").status_code == 404


def test_all_dead_letters_of_a_target_are_replayed_at_once(admin: ApiClient, receiver: Receiver) -> None:
    a_webhook(url=receiver.url)
    a_rule()
    for title in ("first", "second"):
        say(title)
    enqueue_new(NOON)
    receiver.script(answer(410, b"gone"), answer(410, b"gone"))
    deliver_due(NOON)
    deliver_due(after(1))
    path = "/notifications/targets/hook/replay"
    assert ApiClient(Role.VIEWER).post(path).status_code == 403
    operator = ApiClient(Role.OPERATOR)
    assert Notification.objects.filter(state="dead").count() == 2
    ids = list(Notification.objects.order_by("id").values_list("message_id", flat=True))
    assert operator.post(path).json() == {"replayed": 2}
    assert operator.post(path).json() == {"replayed": 0}
    assert AuditEntry.objects.filter(action="notification.replay", target="hook").count() == 1
    deliver_due(after(2))
    deliver_due(after(3))
    assert list(Notification.objects.order_by("id").values_list("state", "message_id")) == [
        ("delivered", message_id) for message_id in ids
    ]
    assert operator.post("/notifications/targets/nobody/replay").status_code == 404
