"""Taking secrets out of text before it is stored, sent or shown to a model."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from system.known_secrets import WRAP_RUN, KnownSecrets
from system.secret_patterns import (
    PRIVATE_KEY_END,
    PRIVATE_KEY_LIMIT,
    REACH,
    Find,
    find_secrets,
    open_private_key,
)

REDACTED = "[redacted]"
_LINE_END = re.compile(r"(?=\n)")
_LONGEST_END = 80  # characters that PRIVATE_KEY_END can match
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)


class Redactor:
    """Knows `secrets` in every encoding of known_secrets.py, and the patterns of secret_patterns.py.

    Secrets of less than 6 characters are ignored. Takes linear time on any text.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.known = KnownSecrets(secrets)

    def redact(self, text: str) -> str:
        return _hide(text, self.finds(text), until=len(text))

    def finds(self, text: str) -> list[Find]:
        known = (Find(max(0, start - WRAP_RUN), start, end) for start, end in self.known.find(text))
        return sorted([*known, *find_secrets(text)])


class StreamRedactor:
    """Redacts a stream cut anywhere: no secret is let out because a chunk ended inside it.

    Complete lines come out at once, unless a secret may go on in the next one; what is left comes out with
    `flush`. A line without end comes out too: what is held back is bounded.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._hold = max(REACH, redactor.known.longest)
        self._buffer = ""
        self._skip_to: re.Pattern[str] | None = None  # the end of a secret whose mark is out already
        self._skip_at_most = 0

    def feed(self, chunk: str) -> str:
        self._buffer += chunk
        if self._is_skipping() or not ("\n" in chunk or self._is_long()):
            return ""
        finds = self._redactor.finds(self._buffer)
        if key := open_private_key(self._buffer):
            return self._skip(PRIVATE_KEY_END, finds, start=key.start, at_most=PRIVATE_KEY_LIMIT)
        cut = self._cut(finds)
        if cut == 0 and self._is_long():  # one secret, still going on: the rest of its line goes with it
            return self._skip(_LINE_END, finds, start=min(find.hidden for find in finds if find.start == 0))
        out = _hide(self._buffer, finds, until=cut)
        self._buffer = self._buffer[cut:]
        return out

    def flush(self) -> str:
        rest = "" if self._is_skipping() else self._redactor.redact(self._buffer)
        self._buffer, self._skip_to = "", None
        return rest

    def _is_long(self) -> bool:
        return len(self._buffer) > 3 * self._hold

    def _cut(self, finds: list[Find]) -> int:
        """Up to where the buffer can be let out: no secret, found or still incomplete, reaches over it."""
        cut = self._buffer.rfind("\n") + 1
        if (unfinished := self._redactor.known.unfinished(self._buffer[:cut])) < cut:
            cut = max(0, unfinished - WRAP_RUN)
        if self._is_long():
            cut = max(cut, len(self._buffer) - self._hold)
        for find in reversed(finds):
            if find.start < cut < find.end:
                cut = find.start
        return cut

    def _skip(
        self, end: re.Pattern[str], finds: list[Find], *, start: int, at_most: int = sys.maxsize
    ) -> str:
        out = _hide(self._buffer, finds, until=start) + REDACTED
        self._buffer = self._buffer[start:]
        self._skip_to, self._skip_at_most = end, at_most
        self._is_skipping()
        return out

    def _is_skipping(self) -> bool:
        if self._skip_to is None:
            return False
        if end := self._skip_to.search(self._buffer, 0, self._skip_at_most):
            gone = end.end()
        elif self._skip_at_most <= len(self._buffer):
            gone = self._skip_at_most
        else:
            gone = max(0, len(self._buffer) - _LONGEST_END)
            self._skip_at_most -= gone
            self._buffer = self._buffer[gone:]
            return True
        self._buffer, self._skip_to = self._buffer[gone:], None
        return False


def _hide(text: str, finds: Iterable[Find], *, until: int) -> str:
    """text[:until] with each secret, or several that touch, as one mark."""
    out: list[str] = []
    done = 0
    for hidden, end in sorted((find.hidden, min(find.end, until)) for find in finds if find.hidden < until):
        if hidden > done or not out:
            out += [text[done:hidden], REDACTED]
        done = max(done, end)
    return "".join([*out, text[done:until]])


@cache
def default_redactor() -> Redactor:
    """Knows the secrets of the settings, and of environment variables whose names say so."""
    return Redactor({*_secrets_of_settings(), *_secrets_of(os.environ)})


def redactor_for(variables: Mapping[str, str]) -> Redactor:
    """The default one, which also knows the secrets among `variables`: an agent's own environment."""
    secrets = {*_secrets_of(variables)}
    if not secrets:
        return default_redactor()
    return Redactor({*_secrets_of_settings(), *_secrets_of(os.environ), *secrets})


def redactor_knowing(secrets: Iterable[str]) -> Redactor:
    """The default one, which also knows `secrets`: those of a row that was opened for a moment."""
    return Redactor({*_secrets_of_settings(), *_secrets_of(os.environ), *secrets})


def _secrets_of_settings() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from map(str, settings.SECRET_KEY_FALLBACKS)
    yield from settings.ENCRYPTION_KEYS
    yield settings.ANTHROPIC_API_KEY
    yield settings.ANTHROPIC_ADMIN_KEY
    yield from (str(database.get("PASSWORD") or "") for database in settings.DATABASES.values())
    yield from _passwords_of_url(settings.REDIS_URL)


def names_a_secret(variable: str) -> bool:
    """Whether a variable of an environment says by its name that it holds a secret."""
    return _SECRET_NAME.search(variable) is not None


def _secrets_of(variables: Mapping[str, str]) -> Iterator[str]:
    for name, value in variables.items():
        if name.endswith("_URL"):
            yield from _passwords_of_url(value)
        elif names_a_secret(name) and not _is_path(value):  # as SSH_KEY_FILE=/etc/…
            yield value


def _passwords_of_url(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password or ""
    except ValueError:  # an IPv6 address without its bracket: no URL at all
        return
    yield password
    yield unquote(password)


def _is_path(value: str) -> bool:
    try:
        return Path(value).is_absolute() and Path(value).exists()
    except (OSError, ValueError):  # too long for a name, or a NUL
        return False


def redacted(value: Any, redactor: Redactor) -> Any:
    """`value` (JSON) with every text in it redacted, the keys of its objects as well."""
    if isinstance(value, str):
        return redactor.redact(value)
    if isinstance(value, Mapping):
        return {redacted(key, redactor): redacted(item, redactor) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(item, redactor) for item in value]
    return value
