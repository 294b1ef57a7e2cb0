"""Samples, alerts, notifications, tokens and sessions: what is old goes, what somebody needs stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from system import app_settings, row_retention
from system.alerts import raise_alert
from system.errors import Invalid
from system.models import Alert, ApiToken, Notification, Severity, SystemMetric
from system.roles import Role
from system.tokens import create_token, revoke_token
from tests.console import a_user
from tests.executions.past import days_ago, last_line
from tests.system.telling import a_webhook

pytestmark = pytest.mark.django_db


def run(job: Callable[..., Any]) -> str:
    found = job(timezone.now())
    return found if isinstance(found, str) else last_line(found)


def an_alert(days: float, *, subject: str = "") -> Alert:
    key = f"disk-{Alert.objects.count()}"
    raise_alert(kind="disk", key=key, severity=Severity.INFO, title="The disk is full", subject=subject)
    Alert.objects.filter(key=key).update(at=days_ago(days))
    return Alert.objects.get(key=key)


def a_notification(alert: Alert, state: str, days: float) -> Notification:
    target = a_webhook(f"hook-{Notification.objects.count()}")
    delivered = days_ago(days) if state == "delivered" else None
    return Notification.objects.create(
        target=target, alert=alert, state=state, created_at=days_ago(days), delivered_at=delivered
    )


def left(model: Any) -> list[Any]:
    return list(model.objects.order_by("pk"))


def test_samples_go_after_a_month_or_as_is_set() -> None:
    _, young = (SystemMetric.objects.create(timestamp=days_ago(days)) for days in (30.1, 29.9))
    assert run(row_retention.delete_old_metrics).startswith("Deleted 1 samples: ")
    assert left(SystemMetric) == [young]
    app_settings.set_value("retention.metrics_days", 7)
    run(row_retention.delete_old_metrics)
    assert left(SystemMetric) == []


def test_an_old_alert_goes_unless_it_is_open_or_still_to_be_told() -> None:
    an_alert(366)
    opened = an_alert(800, subject="node-silent:attic")
    told, untold = an_alert(366), an_alert(366)
    a_notification(told, "delivered", 366)
    a_notification(untold, "waiting", 366)
    young = an_alert(364)
    assert run(row_retention.delete_old_alerts).startswith("Deleted 2 alerts: ")
    assert left(Alert) == [opened, untold, young]
    assert [notification.alert for notification in left(Notification)] == [untold]


def test_a_notification_goes_when_it_was_delivered_or_given_up() -> None:
    alert = an_alert(1)
    states = ("delivered", "dead", "waiting", "sending")
    old = {state: a_notification(alert, state, 91) for state in states}
    young = a_notification(alert, "delivered", 89)
    run(row_retention.delete_old_notifications)
    assert left(Notification) == [old["waiting"], old["sending"], young]


def test_of_too_many_the_oldest_go() -> None:
    alerts = [an_alert(1) for _ in range(103)]
    app_settings.set_value("retention.rows_most", 100)
    run(row_retention.delete_old_alerts)
    assert left(Alert) == alerts[3:]


def test_tokens_that_are_over_for_long_go() -> None:
    now = timezone.now()
    tokens = {name: create_token(name, Role.VIEWER)[0] for name in ("good", "revoked", "over", "just over")}
    revoke_token(tokens["revoked"])
    ApiToken.objects.filter(name="revoked").update(revoked_at=now - timedelta(days=91))
    ApiToken.objects.filter(name="over").update(expires_at=now - timedelta(days=91))
    ApiToken.objects.filter(name="just over").update(expires_at=now - timedelta(days=1))
    assert "2 tokens" in run(row_retention.delete_dead_sign_ins)
    assert [token.name for token in left(ApiToken)] == ["good", "just over"]


def test_sessions_that_have_run_out_go() -> None:
    stays, goes = Client(), Client()
    for name, client in (("one", stays), ("two", goes)):
        client.force_login(a_user(name, Role.VIEWER))
    session = goes.session
    session.set_expiry(-10)
    session.save()
    run(row_retention.delete_dead_sign_ins)
    model = type(stays.session).get_model_class()
    assert model.objects.count() == 1
    assert stays.get("/").status_code == 200


def test_a_setting_that_would_delete_everything_is_refused() -> None:
    for key, value in (("executions_days", 30), ("metrics_days", 0), ("rows_most", 10), ("events_days", -1)):
        with pytest.raises(Invalid):
            app_settings.set_value(f"retention.{key}", value)
