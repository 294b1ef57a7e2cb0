"""The rows of the outbox from waiting to delivered or dead: the only writer of their state.

Of each target the oldest message that is due goes first, and the others wait until it is delivered or given
up. Whoever sends holds the target by the lease of the message's first row (a constraint lets there be one),
and loses it when killed: then another sends the message again, under the same id.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from uuid6 import uuid7

from system.alerts import raise_alert, resolve_alert
from system.audit import record
from system.counters import count
from system.errors import Conflict, NotFound
from system.models import Delivery, Notification, NotificationTarget, Severity
from system.notifications.kinds import DEAD_LETTER
from system.writing import one_writer

logger = logging.getLogger(__name__)

MOST_A_MESSAGE = 100
LONGEST_WAIT_SECONDS = 24 * 3600.0  # however long a server asks to wait
LONGEST_ERROR = 2000


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt; `said` holds no secret. `wait_s` is how long the other side asked to wait."""

    is_delivered: bool
    said: str
    may_pass: bool = True
    wait_s: float = 0


@dataclass(frozen=True)
class Claim:
    """A message that is ours to send: its rows in order."""

    target: NotificationTarget
    message_id: str
    rows: Sequence[Notification]
    lease_token: UUID
    attempt: int


def targets_due(now: datetime) -> list[int]:
    """The targets for which something is due, or is being sent."""
    rows = Notification.objects.filter(
        state__in=[Delivery.WAITING, Delivery.SENDING], due_at__lte=now, target__enabled=True
    )
    return list(rows.order_by("target_id").values_list("target_id", flat=True).distinct())


def claim_next(target_id: int, now: datetime) -> Claim | None:
    """The oldest message that is due to the target; None where it must wait, or another sends to it."""
    try:
        with transaction.atomic():
            rows = Notification.objects.filter(target=target_id)
            _free_expired(rows, now)
            due = rows.filter(state=Delivery.WAITING, due_at__lte=now, target__enabled=True)
            head = due.select_related("rule").order_by("id").first()
            if head is None or (head.retry_at is not None and head.retry_at > now):
                return None
            return _claim(due, head, now)
    except IntegrityError:  # another has just begun to send to it
        return None


def _free_expired(rows: QuerySet[Notification], now: datetime) -> None:
    """What a sender had when it was killed waits again."""
    free = {"state": Delivery.WAITING, "lease_token": None, "lease_until": None}
    expired = rows.filter(lease_until__lte=now)
    for message_id in list(expired.values_list("message_id", flat=True)):
        if expired.filter(message_id=message_id).update(**free):
            rows.filter(message_id=message_id, state=Delivery.SENDING).update(**free)


def _claim(due: QuerySet[Notification], head: Notification, now: datetime) -> Claim | None:
    message_id, lease_token = head.message_id or f"msg_{uuid7().hex}", uuid4()
    others = [pk for pk in _together_with(head, due) if pk != head.pk]
    taken = {"state": Delivery.SENDING, "attempts": F("attempts") + 1, "message_id": message_id}
    lease_until = now + timedelta(seconds=settings.NOTIFY_LEASE_SECONDS)
    waiting = Notification.objects.filter(state=Delivery.WAITING)
    if not waiting.filter(pk=head.pk).update(**taken, lease_token=lease_token, lease_until=lease_until):
        return None
    waiting.filter(pk__in=others).update(**taken)
    rows = (
        Notification.objects.filter(pk__in=[head.pk, *others])
        .select_related("target", "alert")
        .order_by("id")
    )
    claimed = list(rows)
    return Claim(claimed[0].target, message_id, claimed, lease_token, claimed[0].attempts)


def _together_with(head: Notification, due: QuerySet[Notification]) -> list[int]:
    """What goes in one message with `head`: what went with it before, or all that is due of its digest."""
    if head.message_id:
        rows = due.filter(message_id=head.message_id)
    elif head.rule is not None and head.rule.digest_minutes:
        rows = due.filter(rule=head.rule, message_id="")
    else:
        return [head.pk]
    return list(rows.order_by("id").values_list("pk", flat=True)[:MOST_A_MESSAGE])


def settle(claim: Claim, outcome: Outcome, now: datetime) -> Delivery | None:
    """Write down what came of it; the new state, or None where the lease was lost meanwhile."""
    with transaction.atomic():
        ours = Notification.objects.filter(lease_token=claim.lease_token, state=Delivery.SENDING)
        if not ours.update(lease_until=now + timedelta(seconds=settings.NOTIFY_LEASE_SECONDS)):
            logger.warning(
                "message %s to %s was taken over before it was settled", claim.message_id, claim.target
            )
            return None
        rows = Notification.objects.filter(
            target=claim.target, message_id=claim.message_id, state=Delivery.SENDING
        )
        state = _settle(rows, claim, outcome, now)
        count("notifications", "retried" if state == Delivery.WAITING else state.value, by=len(claim.rows))
    return state


def _settle(rows: QuerySet[Notification], claim: Claim, outcome: Outcome, now: datetime) -> Delivery:
    free = {"lease_token": None, "lease_until": None, "retry_at": None}
    if outcome.is_delivered:
        rows.update(**free, state=Delivery.DELIVERED, delivered_at=now)
        resolve_alert(_subject(claim.target), title=f"Notifications reach {claim.target} again")
        return Delivery.DELIVERED
    said = outcome.said[:LONGEST_ERROR]
    waits = settings.NOTIFY_RETRY_SECONDS
    if outcome.may_pass and claim.attempt <= len(waits):
        wait_s = min(max(waits[claim.attempt - 1], outcome.wait_s), LONGEST_WAIT_SECONDS)
        retry_at = now + timedelta(seconds=wait_s)
        rows.update(**{**free, "retry_at": retry_at}, state=Delivery.WAITING, last_error=said)
        return Delivery.WAITING
    rows.update(**free, state=Delivery.DEAD, last_error=said)
    _raise_dead(claim, said)
    return Delivery.DEAD


def _subject(target: NotificationTarget) -> str:
    return f"{DEAD_LETTER}:{target.pk}"


def _raise_dead(claim: Claim, said: str) -> None:
    """Once, until something reaches the target again."""
    tries = "once" if claim.attempt == 1 else f"{claim.attempt} times"
    raise_alert(
        kind=DEAD_LETTER,
        key=f"{DEAD_LETTER}:{claim.lease_token}",
        severity=Severity.WARNING,
        title=f"Notifications do not reach {claim.target}",
        detail=f"It was tried {tries}, and given up: {said} It can be replayed from the outbox.",
        data={"target": claim.target.name, "message_id": claim.message_id},
        subject=_subject(claim.target),
    )


def replay(notification_id: int) -> list[Notification]:
    """Let a dead message wait again, all of it and under its old id. Raises NotFound, and Conflict."""
    with one_writer():
        row = Notification.objects.select_related("target").filter(pk=notification_id).first()
        if row is None:
            raise NotFound(f"There is no notification {notification_id} in the outbox.")
        message = Notification.objects.filter(target=row.target_id, message_id=row.message_id)
        dead = list(message.filter(state=Delivery.DEAD).values_list("pk", flat=True))
        if row.pk not in dead:
            raise Conflict(f"Notification {row.pk} is {row.state}: only what is dead can be replayed.")
        again = message.filter(pk__in=dead, state=Delivery.DEAD)
        again.update(state=Delivery.WAITING, attempts=0, retry_at=None)
        record("notification.replay", row.target.name, {"message_id": row.message_id})
    return list(Notification.objects.filter(pk__in=dead).select_related("target", "alert", "rule"))


def replay_dead(target: NotificationTarget) -> int:
    """Let all that is dead of a target wait again, each message under its old id; how many rows that were."""
    with one_writer():
        dead = Notification.objects.filter(target=target, state=Delivery.DEAD)
        replayed = dead.update(state=Delivery.WAITING, attempts=0, retry_at=None)
        if replayed:
            record("notification.replay", target.name, {"rows": replayed})
    return replayed
