"""The one place through which ClaudeOps says that something should be known."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from system.models import Alert, Severity


def raise_alert(
    *,
    kind: str,
    key: str,
    severity: Severity,
    title: str,
    detail: str = "",
    data: Mapping[str, Any] | None = None,
) -> bool:
    """Say it, unless it was said before under this `key`; whether it was said now.

    A row of the caller's transaction: it is never said of what was rolled back. Two that say the same thing
    at once say it once.
    """
    with transaction.atomic():
        _, is_new = Alert.objects.get_or_create(
            key=key[:200],
            defaults={
                "kind": kind,
                "severity": severity,
                "title": title[:200],
                "detail": detail,
                "data": dict(data or {}),
            },
        )
    return is_new
