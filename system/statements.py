"""Statements that run on the hottest paths: written once, where the ORM would build them anew each time.

The ORM takes five to ten times as long to write an INSERT or UPDATE of one row as SQLite to run it. Values
go through the model's own fields, both ways, so that what is stored is the same on both databases. Names of
tables and columns come from the models, values are always parameters.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from system.money import UsdField

Model = type[models.Model]
Names = tuple[str, ...]
Writers = list[Callable[[Any], Any] | None]

PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey)
NUMBERS = (models.IntegerField, models.ForeignKey, UsdField)


def insert_rows(model: Model, names: Names, rows: Iterable[Sequence[Any]]) -> None:
    """`rows` hold a value for each of `names`; other columns take the database's defaults."""
    writers = _writers(model, names, connection.vendor)
    values = [_written(writers, row) for row in rows]
    if not values:
        return
    with connection.cursor() as cursor:
        if len(values) == 1:  # most often; executemany of psycopg takes twice as long for one
            cursor.execute(_insert(model, names), values[0])
        else:
            cursor.executemany(_insert(model, names), values)


def insert_row(model: Model, values: Mapping[str, Any]) -> int:
    """The new primary key."""
    names = tuple(values)
    row = _written(_writers(model, names, connection.vendor), values.values())
    with connection.cursor() as cursor:
        if connection.features.can_return_columns_from_insert:
            cursor.execute(f"{_insert(model, names)} RETURNING id", row)
            return int(cursor.fetchone()[0])
        cursor.execute(_insert(model, names), row)
        return int(cursor.lastrowid)


def update_rows(model: Model, where: Mapping[str, Any], changes: Mapping[str, Any]) -> int:
    """How many rows were changed. None in `where` means IS NULL."""
    present = {name: value for name, value in where.items() if value is not None}
    absent = tuple(name for name, value in where.items() if value is None)
    statement = _update(model, tuple(changes), tuple(present), absent)
    writers = _writers(model, (*changes, *present), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(statement, _written(writers, (*changes.values(), *present.values())))
        return int(cursor.rowcount)


def update_each(model: Model, changed: Names, where: Names, rows: Sequence[Sequence[Any]]) -> int:
    """As update_rows, for many: each has its values of `changed`, then of `where`. How many were changed."""
    writers = _writers(model, (*changed, *where), connection.vendor)
    with connection.cursor() as cursor:
        cursor.executemany(_update(model, changed, where, ()), [_written(writers, row) for row in rows])
        return int(cursor.rowcount)


def select_rows(model: Model, names: Names, where: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The columns `names` of the rows whose columns equal `where`, in no order."""
    keys = tuple(where)
    with connection.cursor() as cursor:
        cursor.execute(
            _select(model, names, keys), _written(_writers(model, keys, connection.vendor), where.values())
        )
        found = cursor.fetchall()
    readers = _readers(model, names, connection.vendor)
    return [
        tuple(value if read is None else read(value) for read, value in zip(readers, row, strict=True))
        for row in found
    ]


def add_up(
    model: Model,
    key: Mapping[str, Any],
    *,
    add: Mapping[str, Any],
    least: Mapping[str, Any] | None = None,
    greatest: Mapping[str, Any] | None = None,
) -> None:
    """Add to the row with this `key`, which a unique constraint covers, or make it."""
    least, greatest = least or {}, greatest or {}
    given = {**key, **add, **least, **greatest}
    statement = _add_up(model, tuple(key), tuple(add), tuple(least), tuple(greatest), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(statement, _written(_writers(model, tuple(given), connection.vendor), given.values()))


def add_up_each(model: Model, key: Names, add: Names, rows: Sequence[Sequence[Any]]) -> None:
    """As add_up, for many: each has its values of `key`, then of `add`."""
    writers = _writers(model, (*key, *add), connection.vendor)
    with connection.cursor() as cursor:
        statement = _add_up(model, key, add, (), (), connection.vendor)
        cursor.executemany(statement, [_written(writers, row) for row in rows])


def _written(writers: Writers, values: Iterable[Any]) -> list[Any]:
    return [value if write is None else write(value) for write, value in zip(writers, values, strict=True)]


@cache
def _writers(model: Model, names: Names, vendor: str) -> Writers:
    return [_writer(_field(model, name), vendor) for name in names]


def _writer(field: Any, vendor: str) -> Callable[[Any], Any] | None:
    """None where the driver takes the value as it is. Times must be aware ones."""
    if vendor == "postgresql" and isinstance(field, NUMBERS):
        return partial(_write_number, field)
    if isinstance(field, PLAIN):
        return None
    if isinstance(field, models.DateTimeField):
        return partial(_write_time, vendor)
    if isinstance(field, UsdField):
        return field.get_prep_value
    return partial(_write, field)


def _write_number(field: Any, value: Any) -> str | None:
    """As text, which PostgreSQL reads as the type of the column.

    psycopg sends an int as the smallest type that holds it, and prepares a statement for each mix of types:
    one with ten numbers would fill the connection's list of prepared statements, and hardly be found in it.
    """
    number = field.get_prep_value(value)
    return None if number is None else str(number)


@lru_cache(maxsize=256)
def _write_time(vendor: str, value: Any) -> Any:
    """Kept, as one moment often goes into many rows and columns; `vendor` because each has its own form."""
    return connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value(value)


def _write(field: Any, value: Any) -> Any:
    return field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])


@cache
def _readers(model: Model, names: Names, vendor: str) -> list[Callable[[Any], Any] | None]:
    return [_reader(model, name) for name in names]


def _reader(model: Model, name: str) -> Callable[[Any], Any] | None:
    """None where the driver's value is the field's."""
    column = _field(model, name).get_col(model._meta.db_table)
    converters = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
    if not converters:
        return None

    def read(value: Any) -> Any:
        for convert in converters:
            value = convert(value, column, connection)
        return value

    return read


def _field(model: Model, name: str) -> Any:
    return model._meta.get_field(name)


def _table(model: Model) -> str:
    return model._meta.db_table


def _columns(model: Model, names: Names) -> list[str]:
    return [_field(model, name).column for name in names]


@cache
def _insert(model: Model, names: Names) -> str:
    columns = ", ".join(f'"{column}"' for column in _columns(model, names))
    marks = ", ".join(["%s"] * len(names))
    return f'INSERT INTO "{_table(model)}" ({columns}) VALUES ({marks})'  # noqa: S608


@cache
def _update(model: Model, changed: Names, present: Names, absent: Names) -> str:
    sets = ", ".join(f'"{column}" = %s' for column in _columns(model, changed))
    wheres = [f'"{column}" = %s' for column in _columns(model, present)]
    wheres += [f'"{column}" IS NULL' for column in _columns(model, absent)]
    return f'UPDATE "{_table(model)}" SET {sets} WHERE {" AND ".join(wheres)}'  # noqa: S608


@cache
def _select(model: Model, names: Names, keys: Names) -> str:
    columns = ", ".join(f'"{column}"' for column in _columns(model, names))
    wheres = " AND ".join(f'"{column}" = %s' for column in _columns(model, keys))
    return f'SELECT {columns} FROM "{_table(model)}" WHERE {wheres}'  # noqa: S608


@cache
def _add_up(model: Model, key: Names, add: Names, least: Names, greatest: Names, vendor: str) -> str:
    table = _table(model)
    smaller, larger = ("MIN", "MAX") if vendor == "sqlite" else ("LEAST", "GREATEST")
    sets = [f'"{name}" = "{table}"."{name}" + excluded."{name}"' for name in _columns(model, add)]
    for function, names in ((smaller, least), (larger, greatest)):
        sets += [
            f'"{name}" = {function}(COALESCE("{table}"."{name}", excluded."{name}"), excluded."{name}")'
            for name in _columns(model, names)
        ]
    conflict = ", ".join(f'"{column}"' for column in _columns(model, key))
    insert = _insert(model, (*key, *add, *least, *greatest))
    return f"{insert} ON CONFLICT ({conflict}) DO UPDATE SET {', '.join(sets)}"
