"""The one place through which ClaudeOps says that something should be known, and that it is over."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from system.models import Alert, Severity
from system.models.alerts import OPEN_ALERT

RECOVERED = "recovered"


def raise_alert(
    *,
    kind: str,
    key: str,
    severity: Severity,
    title: str,
    detail: str = "",
    data: Mapping[str, Any] | None = None,
    agent_type: str = "",
    node_id: str = "",
    subject: str = "",
) -> bool:
    """Say it, unless it was said before under this `key`; whether it was said now.

    With a `subject` it tells of a state that goes on (an agent that fails, a node that is silent): while an
    alert of that subject is open nothing is said, whatever its key. A row of the caller's transaction: it is
    never said of what was rolled back. Two that say the same thing at once say it once.
    """
    if subject and Alert.objects.filter(subject=subject[:200], resolved_at__isnull=True).exists():
        return False
    try:
        with transaction.atomic():
            _, is_new = Alert.objects.get_or_create(
                key=key[:200],
                defaults={
                    "kind": kind,
                    "severity": severity,
                    "title": title[:200],
                    "detail": detail,
                    "data": dict(data or {}),
                    "agent_type": agent_type,
                    "node_id": node_id,
                    "subject": subject[:200],
                },
            )
    except IntegrityError:  # another has just opened one of this subject
        return False
    return is_new


def resolve_alert(subject: str, *, title: str = "", detail: str = "") -> bool:
    """The state that `subject` tells of is over; False where no alert of it is open.

    With a `title` that is said too, as an alert of kind "recovered"; without, it is only noted.
    """
    opened = Alert.objects.filter(OPEN_ALERT, subject=subject[:200]).first()
    if opened is None:
        return False
    with transaction.atomic():
        still_open = Alert.objects.filter(pk=opened.pk, resolved_at__isnull=True)
        if not still_open.update(resolved_at=timezone.now()):
            return False
        if title:
            raise_alert(
                kind=RECOVERED,
                key=f"{RECOVERED}:{opened.pk}",
                severity=Severity.INFO,
                title=title,
                detail=detail,
                agent_type=opened.agent_type,
                node_id=opened.node_id,
                data={"alert": opened.pk, "kind": opened.kind},
            )
    return True
