"""Standard Webhooks: the signature of what is sent (https://www.standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from system.errors import Invalid

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64  # bytes of a key, says the specification


def new_signing_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def read_signing_secret(text: str) -> bytes:
    """The key in `text`. Raises Invalid, which repeats nothing of it."""
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise Invalid(
            f"A signing secret is {PREFIX} and then {_SHORTEST} to {_LONGEST} bytes in base64."
            " Left out, one is made.",
            field="signing_secret",
        )
    return key


def signed_headers(secret: str, *, message_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """`timestamp` is that of the attempt, in seconds; `message_id` is the same in all attempts."""
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    digest = hmac.new(read_signing_secret(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
