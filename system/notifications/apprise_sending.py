"""Apprise, asked in a process that lives for one message (apprise_child.py says why)."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from system.notifications.messages import Message
from system.notifications.outbox import Outcome
from system.outbound.urls import secrets_in
from system.redaction import redactor_knowing
from system.terminal_text import clean

CHILD = "system.notifications.apprise_child"
START_SECONDS = 40  # to load Apprise, on a small machine that is busy
LONGEST_SAID = 600
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True)
class _Told:
    """The child's answer; `lines` is what Apprise said, unredacted."""

    is_valid: bool = False
    is_delivered: bool = False
    is_late: bool = False
    lines: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def problem_of_apprise_url(url: str) -> str:
    """Why Apprise does not take `url`, in words without it; "" if it does. Takes a second or two."""
    told = _ask({"url": url, "only_check": True})
    if told is None:
        return "Apprise could not be asked about this URL."
    if told.is_valid:
        return ""
    return _redacted(url, " ".join(["Apprise does not take this URL.", *told.lines]))


def send_by_apprise(url: str, message: Message) -> Outcome:
    """Must not be called in a transaction. Raises nothing: whatever fails is an outcome."""
    limit_s = settings.OUTBOUND_TOTAL_SECONDS
    told = _ask(
        {
            "url": url,
            "only_check": False,
            "limit_s": limit_s,
            "title": message.title,
            "text": message.text,
            "tone": message.tone,
        }
    )
    if told is None:
        return Outcome(False, "The process that sends by Apprise did not answer.")
    if told.refused and not told.is_delivered:
        return Outcome(False, _redacted(url, told.refused[0]))
    said = _redacted(url, " ".join(told.lines)) or "Apprise said nothing."
    if told.is_late:
        return Outcome(False, f"It took more than {limit_s:g} s. {said}")
    return Outcome(told.is_delivered, said, may_pass=told.is_valid)


def _redacted(url: str, text: str) -> str:
    plain = " ".join(clean(text).split())
    return redactor_knowing(secrets_in(url)).redact(plain)[:LONGEST_SAID]


def _ask(order: dict[str, Any]) -> _Told | None:
    try:
        child = subprocess.run(  # noqa: S603 (our own module)
            [sys.executable, "-m", CHILD],
            input=json.dumps(order).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            timeout=START_SECONDS + order.get("limit_s", 0),
            check=False,
        )
        answer = json.loads(child.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):  # ValueError: it was killed before it answered
        return None
    return _Told(
        answer["is_valid"], answer["is_delivered"], answer["is_late"],
        tuple(answer["lines"]), tuple(answer["refused"]),
    )  # fmt: skip
