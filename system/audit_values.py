"""What an audit entry says of values: what differs, as plain JSON, and no secret among it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import models

from system.redaction import default_redactor, names_a_secret
from system.secrets import Secret, SecretField

HIDDEN = "••••"
LONGEST_TEXT = 2000
SHORT_TEXT = 100
_ORDINARY = "something ordinary"
_PLAIN = (bool, int, float, Decimal, UUID, datetime, date, time)


def values_of(row: models.Model) -> dict[str, Any]:
    """What a person may edit of `row`: its editable columns, and the names of what it is linked to."""
    columns = [field for field in row._meta.concrete_fields if field.editable and not field.primary_key]
    values = {field.name: _value_of(row, field) for field in columns}
    if row.pk is not None:
        for field in row._meta.many_to_many:
            values[field.name] = sorted(str(linked) for linked in getattr(row, field.name).all())
    return values


def stored_values(row: models.Model) -> dict[str, Any]:
    """values_of as they stand in the database, whatever has been set on `row` since."""
    return values_of(type(row)._base_manager.get(pk=row.pk))


def _value_of(row: models.Model, field: Any) -> Any:
    value = field.value_from_object(row)
    return Secret.of(value) if isinstance(field, SecretField) and isinstance(value, str) else value


def facts_of(row: models.Model) -> dict[str, Any]:
    return {name: value for name, value in values_of(row).items() if value not in (None, "", [], {})}


def changed(before: Any, after: Any) -> dict[str, Any]:
    return {"before": before, "after": after}


def changes_between(before: Mapping[str, Any], row: models.Model) -> dict[str, Any]:
    """Of `before` (values_of) and `row` now: what differs, down to the item, as in config.steps.0.name."""
    found: dict[str, Any] = {}
    for name, value in values_of(row).items():
        found |= differences(name, before.get(name), value)
    return found


def differences(name: str, before: Any, after: Any) -> dict[str, Any]:
    return {path: changed(old, new) for path, old, new in _differences(name, before, after)}


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}, key=str):
            yield from _differences(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(f"{path}.{index}", one, other)
    elif old != new:
        yield path, old, new


def shown(value: Any, path: str = "") -> Any:
    """`value` as JSON: secrets hidden, by their type, their name or their form; long texts cut."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Secret):
        return HIDDEN if value else ""
    if isinstance(value, Mapping):
        return {_clean(str(key)): shown(item, _below(path, str(key))) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [shown(item, path) for item in value]
    text = _clean(str(value))
    if text and _is_secret(path):
        return HIDDEN
    if isinstance(value, _PLAIN):
        return value
    text = _redacted(text) if len(text) <= SHORT_TEXT else default_redactor().redact(text)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


@lru_cache(maxsize=4096)
def _redacted(text: str) -> str:
    """Names of agents, nodes and their like come again and again; a launch must not wait for this."""
    return default_redactor().redact(text)


def _below(path: str, key: str) -> str:
    """The two sides of a change stand under the name of what changed."""
    if key in ("before", "after") and path:
        return path
    return f"{path}.{key}" if path else key


@lru_cache(maxsize=4096)
def _is_secret(path: str) -> bool:
    """By its name: as the redaction of any output has it, and as variables of an environment are named."""
    parent, _, name = path.rpartition(".")
    if parent.rpartition(".")[2] == "env" and names_a_secret(name):
        return True
    named = f"{name}={_ORDINARY}"
    return name != "" and default_redactor().redact(named) != named


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
