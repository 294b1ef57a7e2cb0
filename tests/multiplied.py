"""Many rows of any model, from one that is there: copies that differ where a constraint wants it (SQLite)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.db import connection, models
from django.db.models import Field, Model

DAYS = 90  # the copies are spread over so many
# Where the form of a column is not enough to vary it.
EXPRESSIONS = {
    "system_auditentry.id": "source.id + n",  # which is told, not given
    "costs_monthlycostsummary.year": "2000 - n / 12",
    "costs_monthlycostsummary.month": "n % 12 + 1",
    "executions_executionstep.step_number": "source.step_number + 1 + n / {parents}",
    "executions_executionevent.seq": "source.seq + 1 + n / {parents}",
}
COPIES = """
WITH RECURSIVE series(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM series WHERE n < {count})
INSERT OR IGNORE INTO "{table}" ({names})
SELECT {values} FROM series CROSS JOIN "{table}" AS source
WHERE source."{key}" = (SELECT max("{key}") FROM "{table}")
"""


def multiply(model: type[Model], wanted: int, *, spread: bool = False) -> int:
    """Fill up to `wanted` rows with copies of the newest, each older than the one before; how many there are.

    With `spread` they link to all of the rows that there are; else to the one that the newest links to, as
    far as the constraints allow it. Copies that they refuse are left out: a few, or, where a new constraint
    needs an entry in EXPRESSIONS, all of them.
    """
    count = wanted - model._default_manager.count()
    if count > 0:
        columns = dict(_columns(model, count, spread=spread))
        statement = COPIES.format(
            count=count,
            table=model._meta.db_table,
            key=_key(model).column,
            names=", ".join(f'"{name}"' for name in columns),
            values=", ".join(columns.values()),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement)
    return model._default_manager.count()


def _columns(model: type[Model], count: int, *, spread: bool) -> Iterator[tuple[str, str]]:
    links = {field.name for field in model._meta.concrete_fields if field.is_relation and spread}
    unique = links.union(_columns_that_differ(model))
    parents = _parents(model) if spread else 1
    for field in model._meta.concrete_fields:
        special = EXPRESSIONS.get(f"{model._meta.db_table}.{field.column}")
        if special:
            yield field.column, special.format(parents=parents)
        elif not isinstance(field, models.AutoField):  # the database numbers its rows, without holes
            yield field.column, _value(field, count, is_unique=field.name in unique)


def _key(model: type[Model]) -> Field[Any, Any]:
    key: Field[Any, Any] = model._meta.pk
    return key


def _columns_that_differ(model: type[Model]) -> Iterator[str]:
    """Those that are unique, and one of each constraint."""
    yield from (field.name for field in model._meta.concrete_fields if field.unique)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            fields = [model._meta.get_field(name) for name in constraint.fields]
            dates = [field.name for field in fields if isinstance(field, models.DateField)]
            free = sorted(
                (field for field in fields if not field.is_relation),
                key=lambda field: field.max_length or 0,
            )
            if free or constraint.condition is None:  # else: a few copies may be refused
                yield from dates or [field.name for field in (free or fields)[-1:]]


def _value(field: Field[Any, Any], count: int, *, is_unique: bool) -> str:
    source = f'source."{field.column}"'
    if isinstance(field, models.ForeignKey):
        return _linked(field, source) if is_unique else source
    if isinstance(field, models.DateTimeField):  # which is a DateField too
        seconds = max(1, DAYS * 86_400 // count)
        return f"strftime('%Y-%m-%d %H:%M:%f', {source}, '-' || (n * {seconds}) || ' seconds')"
    if not is_unique:
        return source
    if isinstance(field, models.DateField):
        return f"date({source}, '-' || n || ' days')"
    if isinstance(field, models.UUIDField):
        return f"CASE WHEN {source} IS NULL THEN NULL ELSE lower(hex(randomblob(16))) END"
    if isinstance(field, models.IntegerField):
        return f"{source} + n"
    room = (field.max_length or 100) - 8
    return f"substr({source}, 1, {room}) || '-' || n"


def _parents(model: type[Model]) -> int:
    """How many rows there are of what `model` is a part of."""
    links = (field.related_model for field in model._meta.concrete_fields if field.is_relation)
    return max((parent._default_manager.count() for parent in links), default=1)  # type: ignore[union-attr]


def _linked(field: models.ForeignKey[Any, Any], source: str) -> str:
    parent = field.related_model
    table, key = parent._meta.db_table, _key(parent).column
    count = parent._default_manager.count()
    if not isinstance(field.target_field, models.AutoField) or count == 0:
        return source
    first = f'(SELECT min("{key}") FROM "{table}")'
    return f"CASE WHEN {source} IS NULL THEN NULL ELSE {first} + n % {count} END"


def parents_first(models: Iterable[type[Model]]) -> list[type[Model]]:
    """So that what links to others finds them multiplied."""
    wanted = list(models)
    ordered: dict[type[Model], None] = {}

    def place(model: type[Model]) -> None:
        if model in ordered or model not in wanted:
            return
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is not model:
                place(cast("type[Model]", field.related_model))
        ordered[model] = None

    for model in wanted:
        place(model)
    return list(ordered)
