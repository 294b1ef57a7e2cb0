"""The audit: who did what, through which door, from where. Appended to, never changed.

An entry is written in the transaction of what it tells of, by whoever does it: nothing that happened is
missing, and nothing stands there that was rolled back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection, models
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from system.askers import current_asker
from system.audit_chain import COVERED, digest_of
from system.audit_values import changes_between, facts_of, shown
from system.models import AuditEntry
from system.models.audit import BEGINNING
from system.statements import insert_rows
from system.wire import dumps
from system.writing import take_turn

# A configuration may be large; what its change says need not be.
MOST_BYTES = 64 * 1024
_LAST = f'SELECT id, digest FROM "{AuditEntry._meta.db_table}" ORDER BY id DESC LIMIT 1'  # noqa: S608
_STORED = (*COVERED, "digest")
_LENGTHS = {
    field.name: field.max_length for field in AuditEntry._meta.concrete_fields if field.max_length is not None
}


@dataclass(frozen=True)
class Deed:
    """`action` is a noun and a verb, as in "budget.change"; `changes` are facts, and values as
    audit_values.changed gives them. Who did it is who asks (system.askers); `actor`, where nobody does.
    """

    action: str
    target: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    actor: str = ""


def record(
    action: str, target: str = "", changes: Mapping[str, Any] | None = None, *, actor: str = ""
) -> None:
    """Put a Deed on record, as record_all does."""
    record_all([Deed(action, target, changes or {}, actor)])


def record_all(deeds: Iterable[Deed]) -> None:
    """Append them, in their order, to the caller's transaction, which must be one.

    As one writes at a time, this comes last in a transaction that did not begin as `one_writer()`.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("An audit entry belongs into the transaction of what it tells of.")
    take_turn()
    number, previous = _last()
    rows = []
    for deed in deeds:
        number += 1
        covered = (previous, number, *_content(deed))
        previous = digest_of(covered)
        rows.append((*covered, previous))
    insert_rows(AuditEntry, _STORED, rows)


def record_created(row: models.Model, noun: str, target: str = "") -> None:
    record(f"{noun}.create", target or str(row), facts_of(row))


def record_changed(row: models.Model, noun: str, before: Mapping[str, Any], target: str = "") -> None:
    """`before` is what values_of(row) gave; where nothing differs, nothing is put on record."""
    if changes := changes_between(before, row):
        record(f"{noun}.change", target or str(row), changes)


def record_deleted(row: models.Model, noun: str, target: str = "") -> None:
    """Before it goes."""
    record(f"{noun}.delete", target or str(row), facts_of(row))


def _last() -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        found = cursor.fetchone()
    return (int(found[0]), str(found[1])) if found else (0, BEGINNING)


def _content(deed: Deed) -> tuple[Any, ...]:
    """What COVERED names after the number."""
    asker = current_asker()
    caller = asker.find_caller()
    return (
        timezone.now(),
        _text("actor", caller.name or deed.actor),
        asker.door.value,
        _text("address", asker.address),
        _text("token", caller.token),
        _text("action", deed.action),
        _text("target", deed.target),
        _written(deed.changes),
    )


def _text(column: str, text: str) -> str:
    """As both databases hold it: nothing that is no character, no NUL, no longer than the column."""
    clean = text.encode("utf-8", "replace").decode().replace("\x00", "")
    return clean[: _LENGTHS[column]]


def _written(changes: Mapping[str, Any]) -> str:
    text = dumps(shown(changes))
    if len(text) > MOST_BYTES:
        text = orjson.dumps({"left_out": f"{len(text)} bytes of changes", "fields": sorted(changes)[:100]})
    return text.decode()
