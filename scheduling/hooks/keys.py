"""Secrets of hooks: made where none is given, and refused where they would protect nothing."""

import re
import secrets

from scheduling.models import Scheme
from system.errors import Invalid
from system.outbound.signing import new_signing_secret, read_signing_secret

MADE_BYTES = 32
SHORTEST, LONGEST = 16, 200
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+", re.ASCII)


def make_secret(scheme: str) -> str:
    """256 random bits in the form that senders of `scheme` take."""
    return new_signing_secret() if scheme == Scheme.STANDARD else secrets.token_urlsafe(MADE_BYTES)


def check_secret(scheme: str, secret: str) -> None:
    """Raises Invalid, which repeats nothing of it."""
    if scheme == Scheme.STANDARD:
        try:
            read_signing_secret(secret)
        except Invalid as error:
            raise Invalid(error.detail, field="secret") from error
    elif not SHORTEST <= len(secret) <= LONGEST or not _HEADER_SAFE.fullmatch(secret):
        raise Invalid(
            f"A secret has {SHORTEST} to {LONGEST} characters of ASCII, and no space. Left out, one is made.",
            field="secret",
        )
