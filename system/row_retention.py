"""Samples, alerts, notifications, audit, tokens and sessions go when nobody needs them any more."""

from collections.abc import Iterator
from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from system.audit_retention import prune_audit
from system.metric_rollups import roll_up_metrics
from system.models import Alert, ApiToken, MetricHour, Notification, SystemMetric
from system.models.notifications import OPEN
from system.retention import days_before, delete_in_batches, old_rows, told


def delete_old_metrics(now: datetime) -> Iterator[str]:
    """What is left of them are their hours, which are made first, and are kept for longer."""
    yield from roll_up_metrics(now)
    old_hours = MetricHour.objects.filter(hour__lt=days_before(now, "retention.metric_hours_days"))
    for number in delete_in_batches(old_hours.order_by("hour")):
        yield f"Deleted {number:,} hours of samples."
    before = days_before(now, "retention.metrics_days")
    rows = SystemMetric.objects.filter(timestamp__lt=before).order_by("timestamp")
    yield from told("samples", before, delete_in_batches(rows))


def delete_old_alerts(now: datetime) -> Iterator[str]:
    """With their notifications; none that is open, and none that somebody has yet to be told."""
    before = days_before(now, "retention.alerts_days")
    is_open = Q(resolved_at__isnull=True) & ~Q(subject="")
    waiting = Notification.objects.filter(alert=OuterRef("pk"), state__in=OPEN)
    rows = old_rows(Alert.objects.exclude(is_open).exclude(Exists(waiting)), "at", before)
    return told("alerts", before, delete_in_batches(rows))


def delete_old_notifications(now: datetime) -> Iterator[str]:
    """Those that were delivered, and those that were given up."""
    before = days_before(now, "retention.notifications_days")
    rows = old_rows(Notification.objects.exclude(state__in=OPEN), "created_at", before)
    return told("notifications", before, delete_in_batches(rows))


def delete_old_audit(now: datetime) -> str:
    before = days_before(now, "retention.audit_days")
    return f"Deleted {prune_audit(before):,} entries of the audit log from before {before:%F}."


def delete_dead_sign_ins(now: datetime) -> str:
    """Sessions that have run out, and tokens that have opened nothing for a long time."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    before = days_before(now, "retention.tokens_days")
    tokens = ApiToken.objects.filter(Q(revoked_at__lt=before) | Q(expires_at__lt=before)).order_by("pk")
    deleted = sum(delete_in_batches(tokens))
    return f"Deleted the sessions that had run out, and {deleted:,} tokens that were over before {before:%F}."
