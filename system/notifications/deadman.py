"""A URL that is called every minute, so that something outside notices when ClaudeOps itself is dead."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from system import app_settings
from system.alerts import raise_alert, resolve_alert
from system.errors import DomainError
from system.models import Severity
from system.outbound.requests import send_request
from system.outbound.urls import secrets_in
from system.redaction import redactor_knowing
from system.secrets import SecretUnreadable

logger = logging.getLogger(__name__)

SETTING = "deadman.url"
KIND = "deadman-failed"
ALERT_AFTER = 3  # failures in a row


@dataclass
class DeadMan:
    """Of one node's clock: how often in a row the URL could not be called; None before the first call."""

    node: str
    failures: int | None = None

    def ping(self, now: datetime | None = None) -> bool | None:
        """Call the URL; whether it answered with a 2xx, and None where there is none to call.

        Whoever calls this vouches that due times are looked at; that the URL can be read shows that the
        database answers. Raises django.db.Error where it does not: then nothing is called, as it should be.
        """
        said = _call_it()
        if said is None:
            self._ended("There is none to call any more.")
        elif said:
            self._failed(said, now or timezone.now())
        else:
            self._ended("It answers again.")
        return None if said is None else not said

    @property
    def _subject(self) -> str:
        return f"{KIND}:{self.node}"

    def _failed(self, said: str, now: datetime) -> None:
        self.failures = (self.failures or 0) + 1
        if self.failures == 1:
            logger.warning("the dead-man's URL could not be called; this is said once: %s", said)
        if self.failures == ALERT_AFTER:
            raise_alert(
                kind=KIND,
                key=f"{self._subject}:{now.isoformat()}",
                severity=Severity.WARNING,
                title=f"The dead-man's URL cannot be called from {self.node}",
                detail=f"{said} Whatever watches ClaudeOps from outside will take it for dead.",
                node_id=self.node,
                subject=self._subject,
            )

    def _ended(self, how: str) -> None:
        """At rest nothing is written; at the start an alert may be open that an earlier process raised."""
        if self.failures != 0:
            resolve_alert(
                self._subject, title=f"The dead-man's URL can be called from {self.node} again", detail=how
            )
        if self.failures:
            logger.info("the dead-man's URL: %s", how)
        self.failures = 0


def _call_it() -> str | None:
    """What went wrong; "" if nothing did, and None where there is no URL."""
    try:
        url = str(app_settings.get(SETTING))
    except SecretUnreadable as error:
        return error.detail
    return _call(url) if url else None


def _call(url: str) -> str:
    """What went wrong, without the URL; "" if nothing did."""
    redactor = redactor_knowing(secrets_in(url))
    try:
        answer = send_request("GET", url)
    except DomainError as error:
        return redactor.redact(error.detail)
    except OSError as error:
        return redactor.redact(str(error))
    return "" if 200 <= answer.status < 300 else f"It answered {answer.status}."
