"""Whether a message was sent by somebody who knows the secret. Nothing of it has been parsed before.

Signatures are compared as the text they came as, in constant time, with those of each valid secret: their
encodings have spare bits, and what differs in one of them is not what was signed.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduling.models import Scheme
from system.errors import Invalid
from system.outbound.signing import read_signing_secret

TOLERANCE_SECONDS = 300
MOST_SIGNATURES = 20
LONGEST_ID = 200
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_ID = re.compile(r"[\x20-\x7e]+", re.ASCII)


@dataclass(frozen=True)
class Message:
    """What came in: `headers` by their names, however spelt, and the very bytes of the body."""

    headers: Mapping[str, str]
    body: bytes
    address: str = ""

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


def proven_id(scheme: str, secrets: Sequence[str], message: Message, now: float) -> str | None:
    """None for what is not proven; else the message's id, empty where its sender gave none.

    `now` is in seconds since 1970. GitHub's id is no part of what it signs.
    """
    match scheme:
        case Scheme.STANDARD:
            return _standard(secrets, message, now)
        case Scheme.GITHUB:
            given = message.header("X-Hub-Signature-256")
            expected = [f"sha256={_hex_digest(secret, message.body)}" for secret in secrets]
            return _id_of(message, "X-GitHub-Delivery") if _is_any([given], expected) else None
        case _:
            if not _is_any(_passwords(message.header("Authorization")), secrets):
                return None
            return _id_of(message, "webhook-id") or _id_of(message, "Idempotency-Key")


def scheme_of(message: Message) -> str:
    """What its sender seems to have meant: without a hook as much work is to be done as with one."""
    if message.header("webhook-signature"):
        return Scheme.STANDARD
    return Scheme.GITHUB if message.header("X-Hub-Signature-256") else Scheme.BEARER


def _standard(secrets: Sequence[str], message: Message, now: float) -> str | None:
    message_id, timestamp = message.header("webhook-id"), message.header("webhook-timestamp")
    if not _ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        return None
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return None
    content = f"{message_id}.{timestamp}.".encode() + message.body
    expected = [_standard_signature(secret, content) for secret in secrets]
    given = message.header("webhook-signature").split(" ")[:MOST_SIGNATURES]
    return _bounded(message_id) if _is_any(given, expected) else None


def _standard_signature(secret: str, content: bytes) -> str:
    try:
        key = read_signing_secret(secret)
    except Invalid:  # its scheme was changed behind our back: nothing is signed by it
        return ""
    return f"v1,{base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()}"


def _hex_digest(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _is_any(given: Iterable[str], expected: Sequence[str]) -> bool:
    """Looks at all of them, whichever fits. What is empty fits nothing."""
    found = False
    for one in given:
        for other in expected:
            same = hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
            found |= same and bool(other)
    return found


def _passwords(authorization: str) -> list[str]:
    """Of `Bearer SECRET`, or of `Basic`, where the user's name may be any."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return [rest.strip()]
    if scheme.lower() == "basic":
        try:
            _, _, password = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return []
        return [password]
    return []


def _id_of(message: Message, header: str) -> str:
    """Empty where the header is missing, or holds what is no name."""
    text = message.header(header)
    return _bounded(text) if _ID.fullmatch(text) else ""


def _bounded(message_id: str) -> str:
    """As the column holds it: a longer one by its digest, which is its own as well."""
    if len(message_id) <= LONGEST_ID:
        return message_id
    return f"sha256:{hashlib.sha256(message_id.encode()).hexdigest()}"
