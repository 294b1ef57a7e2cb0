"""Who stands behind a connection that stays open, asked again for as long as it does."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from system.authentication import Principal
from system.models import ApiToken, ConsoleSession
from system.roles import role_of
from system.sessions import SessionStore, digest_of_key


@dataclass(frozen=True)
class Credential:
    """What was shown when the connection was opened: the row of a token, or the key of a session."""

    token_id: int | None = None
    session_key: str = ""


def principals_of(credentials: Collection[Credential]) -> dict[Credential, Principal]:
    """Those that hold now, and whose they are. One query for all tokens, and few for all sessions."""
    return _by_token(credentials) | _by_session(credentials)


def _by_token(credentials: Collection[Credential]) -> dict[Credential, Principal]:
    ids = {credential.token_id for credential in credentials if credential.token_id is not None}
    if not ids:
        return {}
    unexpired = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    tokens = ApiToken.objects.filter(unexpired, pk__in=ids, revoked_at__isnull=True)
    return {Credential(token_id=token.pk): Principal.of_token(token) for token in tokens}


def _by_session(credentials: Collection[Credential]) -> dict[Credential, Principal]:
    shown = {credential.session_key for credential in credentials if credential.session_key}
    if not shown:
        return {}
    keys = {digest_of_key(key): key for key in shown}
    sessions = ConsoleSession.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    decode = SessionStore().decode
    contents = {keys[session.session_key]: decode(session.session_data) for session in sessions}
    users = User.objects.prefetch_related("groups").in_bulk(
        {data[SESSION_KEY] for data in contents.values() if SESSION_KEY in data}
    )
    by_name = {str(user.pk): (user, role_of(user)) for user in users.values()}
    found: dict[Credential, Principal] = {}
    for key, data in contents.items():
        user, role = by_name.get(str(data.get(SESSION_KEY)), (None, None))
        if user is not None and role is not None and _is_signed_in(user, data):
            found[Credential(session_key=key)] = Principal(user.get_username(), role)
    return found


def _is_signed_in(user: User, session: dict[str, Any]) -> bool:
    """As django.contrib.auth.get_user: a changed password ends sessions, a rotated SECRET_KEY does not."""
    shown = session.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(shown, known) for known in hashes)
