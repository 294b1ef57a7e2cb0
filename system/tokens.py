"""API tokens: `cops_`, 30 random base62 characters, and their CRC32 as 6 more.

The checksum lets a scanner know a leaked token for sure, and a mistyped one be refused without a query.
What is stored opens nothing: a SHA-256, and the first characters for people to know it by.
"""

import secrets
import string
import zlib
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.models import User
from django.db import OperationalError
from django.db.models import Q
from django.utils import timezone

from system.audit import record
from system.audit_values import facts_of
from system.errors import Invalid
from system.models import ApiToken
from system.roles import Role
from system.sqlite import busy_timeout
from system.writing import one_writer

PREFIX = "cops_"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_LENGTH = 30
CHECKSUM_LENGTH = 6
LENGTH = len(PREFIX) + RANDOM_LENGTH + CHECKSUM_LENGTH
SHOWN_LENGTH = 12
# The parts of the API that a token may be limited to: what comes after /api/v1/ in a path.
AREAS = (
    "agents", "costs", "dashboard", "executions", "findings", "hook-recipes", "hooks", "jobs", "metrics",
    "notifications", "schedules", "system", "tracking",
)  # fmt: skip
LONGEST_NAME = ApiToken._meta.get_field("name").max_length or 0
USE_NOTED_EVERY = timedelta(minutes=1)


def checked_name(name: str) -> str:
    """Raises Invalid for a name by which nobody could know a token."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(f"A name has 1 to {LONGEST_NAME} printable characters.", field="name")
    return name


def create_token(
    name: str,
    role: Role,
    *,
    areas: Collection[str] = (),
    created_by: User | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """The row, and the token itself, which is known only here and now. It opens `areas`; of none: all."""
    random = "".join(secrets.choice(BASE62) for _ in range(RANDOM_LENGTH))
    raw = PREFIX + random + _checksum(random)
    with one_writer():
        token = ApiToken.objects.create(
            name=name,
            role=role.value,
            areas=" ".join(sorted(areas)),
            prefix=raw[:SHOWN_LENGTH],
            digest=digest_of(raw),
            created_by=created_by,
            expires_at=expires_at,
        )
        record("token.create", str(token), facts_of(token))
    return token, raw


def revoke_token(token: ApiToken) -> bool:
    """It opens nothing from now on; False where it had been revoked before."""
    now = timezone.now()
    with one_writer():
        rows = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
        if not rows.update(revoked_at=now, updated_at=now):
            return False
        record("token.revoke", str(token))
    return True


def find_token(raw: str) -> ApiToken | None:
    """The token, if it is in force now; notes its use, at most once a minute."""
    if not is_well_formed(raw):
        return None
    token = ApiToken.objects.filter(digest=digest_of(raw), revoked_at__isnull=True).first()
    now = timezone.now()
    if token is None or (token.expires_at is not None and token.expires_at <= now):
        return None
    _note_use(token, now)
    return token


def is_well_formed(raw: str) -> bool:
    if len(raw) != LENGTH or not raw.startswith(PREFIX) or not raw.isascii():
        return False
    return raw[-CHECKSUM_LENGTH:] == _checksum(raw[len(PREFIX) : -CHECKSUM_LENGTH])


def digest_of(raw: str) -> str:
    return sha256(raw.encode()).hexdigest()


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode())
    digits = []
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(BASE62))
        digits.append(BASE62[digit])
    return "".join(reversed(digits))


def _note_use(token: ApiToken, now: datetime) -> None:
    before = now - USE_NOTED_EVERY
    if token.last_used_at is not None and token.last_used_at > before:
        return
    # Conditional: of many first requests at once, one writes.
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
    # A database too busy to note it is no reason to refuse what only reads, nor to keep it waiting.
    with suppress(OperationalError), busy_timeout(0):
        ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now, updated_at=now)
