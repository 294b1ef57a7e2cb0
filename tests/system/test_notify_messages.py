"""What people and programs read of an alert: all that matters, no secret, nothing but text."""

import json
from collections.abc import Iterator

import pytest

from system import app_settings
from system.alerts import resolve_alert
from system.models import Alert, Severity
from system.notifications.messages import message_of
from system.redaction import default_redactor
from tests.system.telling import NOON, after, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("DEPLOY_TOKEN", "planted-secret-value")
    default_redactor.cache_clear()
    yield "planted-secret-value"
    default_redactor.cache_clear()


def test_what_since_when_who_where_how_grave_and_a_link() -> None:
    app_settings.set_value("console.url", "https://ops.example.org/")
    alert = say("disk on nas failed", detail="exit code 3", agent_type="disk", node_id="nas")
    message = message_of("msg_1", [alert])
    assert message.title == "Warning: disk on nas failed"
    assert message.text == (
        "exit code 3\n\n"
        "Since: 2026-11-24 12:00 UTC\nAgent: disk\nNode: nas\nSeverity: warning\n"
        f"Console: https://ops.example.org/system/alert/{alert.pk}/change/"
    )
    assert json.loads(message.payload) == {
        "type": "alert.raised",
        "timestamp": "2026-11-24T12:00:00Z",
        "data": {
            "title": "Warning: disk on nas failed",
            "alerts": [
                {
                    "id": alert.pk, "kind": "budget", "severity": "warning", "title": "disk on nas failed",
                    "detail": "exit code 3", "agent_type": "disk", "node_id": "nas",
                    "at": "2026-11-24T12:00:00Z", "data": {}, "ends": None,
                    "url": f"https://ops.example.org/system/alert/{alert.pk}/change/",
                }
            ],
        },
    }  # fmt: skip


def test_a_recovered_one_says_what_is_over_and_how_long_it_was() -> None:
    first = say("disk on nas failed", subject="disk", agent_type="disk")
    resolve_alert("disk", title="disk on nas completes again")
    end = Alert.objects.get(kind="recovered")
    end.at = after(3 * 3600)
    message = message_of("msg_1", [end])
    assert message.title == "Recovered: disk on nas completes again"
    assert message.text.splitlines() == [
        "Since: 2026-11-24 12:00 UTC",
        "Until: 2026-11-24 15:00 UTC (3 h 00 min)",
        "Was: disk on nas failed",
        "Agent: disk",
        "Severity: info",
    ]
    assert json.loads(message.payload)["type"] == "alert.recovered"
    assert json.loads(message.payload)["data"]["alerts"][0]["ends"]["id"] == first.pk


def test_secrets_are_taken_out_wherever_they_stand(planted: str) -> None:
    alert = say(
        f"title {planted}", detail=f"detail {planted}", data={"deep": [{"key": planted}]}, node_id=planted
    )
    message = message_of("msg_1", [alert])
    assert planted not in message.title + message.text + message.payload.decode()
    assert "[redacted]" in message.title


def test_text_from_outside_calls_nobody_and_links_nowhere() -> None:
    alert = say(
        "@everyone <!channel>\nBcc: eve", detail="[ok](http://evil.example) <img src=x> \u202e\x1b[2J"
    )
    message = message_of("msg_1", [alert])
    assert "\n" not in message.title
    for live in ("@everyone", "<!channel", "](http", "<img", "\u202e", "\x1b"):
        assert live not in message.title + message.text


def test_a_digest_names_each_and_counts_them() -> None:
    alerts = [say(f"number {number}", detail="line 1\nline 2") for number in range(24)]
    alerts.append(say("grave", severity=Severity.CRITICAL))
    message = message_of("msg_1", alerts)
    assert message.title == "25 alerts: 1 critical, 24 warning"
    assert message.text.count("line 1 line 2") == 20
    assert message.text.endswith("And 5 more.")
    assert message.tone == "failure"
    assert len(json.loads(message.payload)["data"]["alerts"]) == 25


def test_it_is_the_same_at_each_attempt() -> None:
    alert = say("first", subject="disk")
    before = message_of("msg_1", [Alert.objects.get(pk=alert.pk)])
    resolve_alert("disk")
    assert message_of("msg_1", [Alert.objects.get(pk=alert.pk)]) == before
    assert NOON.isoformat()[:10] in before.payload.decode()
