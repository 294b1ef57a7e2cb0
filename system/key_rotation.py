"""Secrets in rows from one encryption key to the next. Killed anywhere, it is begun again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.db import models, transaction

from system.secrets import Secret, SecretField

PORTION = 100


@dataclass
class Resealed:
    """`unreadable` names the rows that none of the keys opens: they stay as they are."""

    secrets: int = 0
    changed: int = 0
    unreadable: list[str] = field(default_factory=list)


def reseal_secrets(keys: Sequence[str]) -> Resealed:
    """Put every secret of every table under the first of `keys`, in short transactions.

    A row that somebody changes meanwhile is left to them: they seal with the first key as well.
    """
    result = Resealed()
    ring = _Ring(keys)
    for model, name in sealed_columns():
        after = None
        while (after := _reseal_portion(model, name, after, ring, result)) is not None:
            pass
    return result


def count_under_older_keys(keys: Sequence[str]) -> int:
    """Secrets that the first of `keys` does not open, and another does."""
    ring = _Ring(keys)
    return sum(
        ring.is_older(secret)
        for model, name in sealed_columns()
        for secret in _filled(model, name).values_list(name, flat=True).iterator()
    )


def sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.local_concrete_fields:
            if isinstance(column, SecretField):
                yield model, column.name


class _Ring:
    def __init__(self, keys: Sequence[str]) -> None:
        self._newest = Fernet(keys[0])
        self._all = MultiFernet([Fernet(key) for key in keys])

    def is_newest(self, secret: Secret) -> bool:
        return _opens(self._newest, secret)

    def is_older(self, secret: Secret) -> bool:
        return not self.is_newest(secret) and _opens(self._all, secret)

    def reseal(self, secret: Secret) -> Secret:
        """Raises InvalidToken."""
        return Secret(self._newest.encrypt(self._all.decrypt(secret.sealed.encode())).decode())


def _opens(key: Fernet | MultiFernet, secret: Secret) -> bool:
    try:
        key.decrypt(secret.sealed.encode())
    except InvalidToken:
        return False
    return True


def _filled(model: type[models.Model], name: str) -> models.QuerySet[models.Model]:
    return model._base_manager.exclude(**{name: Secret("")}).exclude(**{f"{name}__isnull": True})


def _reseal_portion(
    model: type[models.Model], name: str, after: object, ring: _Ring, result: Resealed
) -> object:
    """The last primary key it has done; None where there was nothing left."""
    rows = _filled(model, name).order_by("pk").values_list("pk", name)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    with transaction.atomic():
        portion = list(rows[:PORTION])
        for pk, secret in portion:
            result.secrets += 1
            if ring.is_newest(secret):
                continue
            try:
                resealed = ring.reseal(secret)
            except InvalidToken:
                result.unreadable.append(f"{model._meta.label} {pk}, {name}")
                continue
            as_it_was = model._base_manager.filter(**{"pk": pk, name: secret})
            result.changed += as_it_was.update(**{name: resealed})
    return portion[-1][0] if portion else None
