"""Secrets in rows: encrypted with keys outside the database, and opened only where they are used."""

from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from system.errors import DomainError

if TYPE_CHECKING:
    _Field = models.TextField["Secret | str", "Secret"]
else:
    _Field = models.TextField


class SecretUnreadable(DomainError):
    """It was sealed with a key that is not among settings.ENCRYPTION_KEYS."""

    status = 409
    title = "Secret cannot be opened"


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _current() -> MultiFernet:
    return _fernet(tuple(settings.ENCRYPTION_KEYS))


class Secret:
    """A text that is never shown by accident: what prints or logs it gets dots; `reveal` opens it."""

    __slots__ = ("sealed",)

    def __init__(self, sealed: str) -> None:
        self.sealed = sealed

    @classmethod
    def of(cls, plain: str) -> "Secret":
        """Nothing stays nothing: an empty text has nothing to hide."""
        return cls(_current().encrypt(plain.encode()).decode() if plain else "")

    def reveal(self) -> str:
        """Raises SecretUnreadable."""
        if not self.sealed:
            return ""
        try:
            return _current().decrypt(self.sealed.encode()).decode()
        except InvalidToken as error:
            raise SecretUnreadable(
                "This secret was stored with an encryption key that is not known here: enter it again, or put"
                " the old key back (CLAUDEOPS_ENCRYPTION_KEYS, or encryption_key in the data directory)."
            ) from error

    def resealed(self) -> "Secret":
        """The same secret under the first of the keys. Raises SecretUnreadable."""
        return Secret.of(self.reveal())

    def __bool__(self) -> bool:
        return bool(self.sealed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.sealed == other.sealed

    def __hash__(self) -> int:
        return hash(self.sealed)

    def __repr__(self) -> str:
        return "Secret(••••)" if self.sealed else "Secret()"

    __str__ = __repr__


class SecretField(_Field):
    """Holds a Secret. A text that is assigned is a plain one, and is sealed on its way to the database."""

    def from_db_value(self, value: str | None, *_: Any) -> Secret | None:
        return None if value is None else Secret(value)

    def to_python(self, value: Any) -> Any:
        return Secret.of(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, str):
            value = Secret.of(value)
        return value.sealed if isinstance(value, Secret) else value

    def value_to_string(self, obj: models.Model) -> str:
        """A dump of rows carries what is in the database: it opens nothing without the key."""
        return str(self.get_prep_value(self.value_from_object(obj)) or "")
