"""The console's sessions, as rows that open nothing: settings.SESSION_ENGINE.

Django's own rows hold the very key that is in the browser's cookie, so that whoever reads the table or a
backup is signed in as everybody. Here a row is found by a digest of the key.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import OperationalError
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from system.addresses import address_of
from system.audit import record
from system.models import ConsoleSession
from system.sqlite import busy_timeout
from system.writing import one_writer

# Under this name a session holds from where it was opened.
OPENED = "opened"
SEEN_NOTED_EVERY = timedelta(minutes=1)
_DIGEST_LENGTH = 40  # characters of hex, the width of the column: 160 bits


def digest_of_key(session_key: str) -> str:
    return sha256(session_key.encode("utf-8", "replace")).hexdigest()[:_DIGEST_LENGTH]


class SessionStore(DatabaseStore):
    """What a browser has is `session_key`; what is stored is its digest."""

    @classmethod
    def get_model_class(cls) -> Any:
        return ConsoleSession

    def _get_session_from_db(self) -> ConsoleSession | None:
        """A key of another browser's making finds nothing, and is not kept."""
        now = timezone.now()
        key = digest_of_key(self.session_key or "")
        session = ConsoleSession.objects.filter(session_key=key, expire_date__gt=now).first()
        if session is None:
            self._session_key = None
        elif session.user_id is not None:
            _note_seen(session, now)
        return session

    def exists(self, session_key: str) -> bool:
        return ConsoleSession.objects.filter(session_key=digest_of_key(session_key)).exists()

    def create_model_instance(self, data: Any) -> ConsoleSession:
        opened = data.get(OPENED, {})
        return ConsoleSession(
            session_key=digest_of_key(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(SESSION_KEY),
            address=opened.get("address", ""),
            browser=opened.get("browser", ""),
            signed_in_at=parse_datetime(opened["at"]) if "at" in opened else None,
            seen_at=timezone.now(),
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            ConsoleSession.objects.filter(session_key=digest_of_key(key)).delete()


def _note_seen(session: ConsoleSession, now: datetime) -> None:
    before = now - SEEN_NOTED_EVERY
    if session.seen_at is not None and session.seen_at > before:
        return
    unnoted = Q(seen_at__isnull=True) | Q(seen_at__lte=before)
    # A database too busy to note it is no reason to keep a page waiting.
    with suppress(OperationalError), busy_timeout(0):
        ConsoleSession.objects.filter(unnoted, pk=session.pk).update(seen_at=now)


def note_opened(request: HttpRequest) -> None:
    """Keep from where the session is opened: whoever looks through the list knows which is whose."""
    request.session[OPENED] = {
        "at": timezone.now().isoformat(),
        "address": address_of(request)[:100],
        "browser": request.META.get("HTTP_USER_AGENT", "").replace("\x00", "")[:200],
    }


def end_session(session: ConsoleSession) -> None:
    """Its browser is signed out with its next request, its sockets within some seconds."""
    with one_writer():
        record("session.end", str(session.user), {"address": session.address, "browser": session.browser})
        session.delete()


def end_sessions_of(user: User) -> int:
    """All of them; the caller's transaction puts on record why."""
    return ConsoleSession.objects.filter(user=user).delete()[0]


def purge_expired() -> int:
    """Rows of sessions whose time is over; how many."""
    return ConsoleSession.objects.filter(expire_date__lte=timezone.now()).delete()[0]
