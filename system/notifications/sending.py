"""Sending what is due, and a test on demand. Nothing is sent inside a transaction."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from uuid6 import uuid7

from system.models import Delivery, NotificationTarget, TargetKind
from system.notifications.apprise_sending import send_by_apprise
from system.notifications.messages import Message, message_of, test_message
from system.notifications.outbox import Claim, Outcome, claim_next, settle, targets_due
from system.notifications.webhook import send_webhook
from system.secrets import Secret, SecretUnreadable

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 20  # messages to one target, before the others have their turn


def deliver_due(now: datetime | None = None) -> int:
    """Send what is due to each target until one message fails or nothing is left; how many were delivered.

    Any number of clocks may do so at once. Must not be called in a transaction.
    """

    def moment() -> datetime:
        return now or timezone.now()

    return sum(_deliver_to(target_id, moment) for target_id in targets_due(moment()))


def _deliver_to(target_id: int, moment: Callable[[], datetime]) -> int:
    """After a failure its head rests, and nothing is to be had."""
    delivered = 0
    for _ in range(MOST_AT_ONCE):
        claim = claim_next(target_id, moment())
        if claim is None:
            break
        delivered += _deliver(claim, moment) == Delivery.DELIVERED
    return delivered


def _deliver(claim: Claim, moment: Callable[[], datetime]) -> Delivery | None:
    message = message_of(claim.message_id, [row.alert for row in claim.rows])
    outcome = send_to(claim.target, message)
    state = settle(claim, outcome, moment())
    if not outcome.is_delivered:
        logger.warning("%s did not take %s: %s", claim.target, message.id, outcome.said)
    return state


def send_to(target: NotificationTarget, message: Message) -> Outcome:
    """Must not be called in a transaction. Raises nothing: whatever fails is an outcome."""
    try:
        url, secret = _opened(target.url), _opened(target.signing_secret)
    except SecretUnreadable as error:
        return Outcome(False, error.detail)
    if target.kind == TargetKind.WEBHOOK:
        return send_webhook(url, secret, message)
    return send_by_apprise(url, message)


def _opened(secret: Secret | str) -> str:
    """What was assigned and not yet read back is plain still."""
    return secret.reveal() if isinstance(secret, Secret) else secret


def send_test(target: NotificationTarget) -> tuple[Outcome, int]:
    """What came of a test message, and how many milliseconds it took. It is in no outbox."""
    began = time.perf_counter()
    outcome = send_to(target, test_message(f"msg_{uuid7().hex}"))
    return outcome, round((time.perf_counter() - began) * 1000)
