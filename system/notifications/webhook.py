"""A webhook of ours, signed as Standard Webhooks says, and what its receiver's answer means."""

import re
import time
from datetime import UTC
from email.utils import parsedate_to_datetime

from django.utils import timezone

from system.errors import DomainError
from system.notifications.messages import Message
from system.notifications.outbox import Outcome
from system.outbound.requests import Answer, send_request
from system.outbound.signing import signed_headers
from system.outbound.urls import secrets_in
from system.redaction import redactor_knowing
from system.terminal_text import clean

LONGEST_BODY_SHOWN = 300
# What a server may say of a request that it takes another time; every other 4xx stays what it is.
PASSING = frozenset({408, 409, 421, 423, 424, 425, 429})
MOVED_FOR_GOOD = frozenset({301, 308})
_SECONDS = re.compile(r"\d{1,9}", re.ASCII)


def send_webhook(url: str, secret: str, message: Message) -> Outcome:
    """Must not be called in a transaction. Raises nothing: whatever fails is an outcome."""
    redactor = redactor_knowing({*secrets_in(url), secret})
    try:
        signed = signed_headers(
            secret, message_id=message.id, timestamp=int(time.time()), body=message.payload
        )
        headers = {**signed, "Content-Type": "application/json"}
        answer = send_request("POST", url, body=message.payload, headers=headers)
    except DomainError as error:  # stored by hand, or by an earlier version
        return Outcome(False, redactor.redact(error.detail), may_pass=False)
    except OSError as error:
        return Outcome(False, redactor.redact(str(error)))
    outcome = _outcome_of(answer)
    return Outcome(outcome.is_delivered, redactor.redact(outcome.said), outcome.may_pass, outcome.wait_s)


def _outcome_of(answer: Answer) -> Outcome:
    status, said = answer.status, f"It answered {_what(answer)}"
    if 200 <= status < 300:
        return Outcome(True, said)
    if 300 <= status < 400:
        to = clean(answer.headers.get("location", "nowhere"))[:LONGEST_BODY_SHOWN]
        followed = f"{said} It leads to {to}, which is not followed."
        return Outcome(False, followed, may_pass=status not in MOVED_FOR_GOOD)
    may_pass = status >= 500 or status in PASSING
    return Outcome(False, said, may_pass, _wait_s(answer.headers.get("retry-after", "")))


def _what(answer: Answer) -> str:
    text = " ".join(clean(answer.body).split())[:LONGEST_BODY_SHOWN]
    return f"{answer.status}: {text}" if text else f"{answer.status}, without a word."


def _wait_s(retry_after: str) -> float:
    """Seconds, or a date; 0 for anything else."""
    text = retry_after.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - timezone.now()).total_seconds())
