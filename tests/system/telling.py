"""Targets, rules and alerts for the tests of notifications."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from system.alerts import raise_alert
from system.models import Alert, Notification, NotificationRule, NotificationTarget, Severity, TargetKind
from system.notifications.rules import create_rule
from system.notifications.targets import create_target

SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyB3aXRoIDMyIGJ5dGVz"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
_numbers = count(1)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def a_webhook(name: str = "hook", url: str = "http://127.0.0.1:9/hook", **more: Any) -> NotificationTarget:
    fields = {"name": name, "kind": TargetKind.WEBHOOK, "url": url, "signing_secret": SECRET, "enabled": True}
    return create_target({**fields, **more})[0]


def a_rule(target: str = "hook", **more: Any) -> NotificationRule:
    return create_rule({"name": f"rule-{next(_numbers)}", "target": target, **more})


def say(title: str, **more: Any) -> Alert:
    """Raise it at NOON."""
    key = f"{title} {next(_numbers)}"
    told = {"kind": "budget", "key": key, "severity": Severity.WARNING, "title": title}
    assert raise_alert(**{**told, **more})
    alert = Alert.objects.get(key={**told, **more}["key"])
    Alert.objects.filter(pk=alert.pk).update(at=NOON)
    alert.at = NOON
    return alert


def outbox(**where: Any) -> list[tuple[str, str]]:
    """What is in it, oldest first: title and state."""
    rows = Notification.objects.filter(**where).order_by("id")
    return list(rows.values_list("alert__title", "state"))
