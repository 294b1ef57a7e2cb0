"""A message as both kinds of targets need it: a title and a text for people, and JSON for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from system import app_settings
from system.alerts import RECOVERED
from system.models import Alert, Severity
from system.notifications.routing import Begun, begun_by
from system.notifications.wording import body_of, digest_body, digest_heading, heading_of, inert
from system.redaction import Redactor, default_redactor, redacted
from system.wire import dumps

TEST_TITLE = "A test from ClaudeOps"
TEST_TEXT = "If you read this, alerts reach you here."


@dataclass(frozen=True)
class Message:
    """`payload` is the body of a webhook: the same at each attempt, for its id is."""

    id: str
    title: str
    text: str
    tone: str
    payload: bytes


def message_of(message_id: str, rows: Sequence[Alert]) -> Message:
    """Of one alert or of several; secrets are taken out, however they came into an alert."""
    redactor = default_redactor()
    begun = {pk: _without_secrets(first, redactor) for pk, first in begun_by(rows).items()}
    alerts = [_without_secrets(alert, redactor) for alert in rows]
    headings = [heading_of(alert, begun.get(alert.pk)) for alert in alerts]
    if len(alerts) == 1:
        alert = alerts[0]
        title, text = headings[0], body_of(alert, begun.get(alert.pk), link_to(alert))
    else:
        title, text = digest_heading(alerts), digest_body(alerts, headings, link_to(None))
    payload = _payload(_type_of(alerts), alerts[0].at, title, [_shown(alert, begun) for alert in alerts])
    return Message(message_id, inert(title), inert(text), _tone(alerts), payload)


def test_message(message_id: str) -> Message:
    link = link_to(None)
    text = f"{TEST_TEXT}\n\nConsole: {link}" if link else TEST_TEXT
    return Message(message_id, TEST_TITLE, text, "info", _payload("test", timezone.now(), TEST_TITLE, []))


def link_to(alert: Alert | None) -> str:
    """Where it is seen in the console, or all of them; "" while nobody has said where the console is."""
    base = str(app_settings.get("console.url")).rstrip("/")
    if not base:
        return ""
    page = (
        reverse("admin:system_alert_change", args=[alert.pk])
        if alert
        else reverse("admin:system_alert_changelist")
    )
    return f"{base}{page}"


def _without_secrets(alert: Alert, redactor: Redactor) -> Alert:
    return Alert(
        id=alert.pk, kind=alert.kind, key=alert.key, severity=alert.severity, at=alert.at,
        title=redactor.redact(alert.title), detail=redactor.redact(alert.detail),
        data=redacted(alert.data, redactor), agent_type=redactor.redact(alert.agent_type),
        node_id=redactor.redact(alert.node_id), subject=alert.subject,
    )  # fmt: skip


def _type_of(alerts: Sequence[Alert]) -> str:
    if len(alerts) > 1:
        return "alert.digest"
    return "alert.recovered" if alerts[0].kind == RECOVERED else "alert.raised"


def _tone(alerts: Sequence[Alert]) -> str:
    """How Apprise colours it."""
    if all(alert.kind == RECOVERED for alert in alerts):
        return "success"
    severities = {alert.severity for alert in alerts}
    if Severity.CRITICAL in severities:
        return "failure"
    return "warning" if Severity.WARNING in severities else "info"


def _payload(kind: str, at: datetime, title: str, alerts: Sequence[Mapping[str, Any]]) -> bytes:
    return dumps({"type": kind, "timestamp": at, "data": {"title": title, "alerts": alerts}})


def _shown(alert: Alert, begun: Begun) -> dict[str, Any]:
    first = begun.get(alert.pk)
    ended = first and {"id": first.pk, "kind": first.kind, "title": first.title, "at": first.at}
    names = ("kind", "severity", "title", "detail", "agent_type", "node_id", "at", "data")
    shown = {name: getattr(alert, name) for name in names}
    return {"id": alert.pk, **shown, "ends": ended, "url": link_to(alert) or None}
