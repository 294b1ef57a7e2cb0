"""What the tests of constraints share: rows that hold, and the one change that must be refused.

Each is tried twice: by `save()`, which validates nothing, and by SQL, which knows no model at all. SQL
changes a row that is there; of a table whose rows are never changed, it inserts one that is like it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

Factory = Callable[[], models.Model]
NEVER_CHANGED = {"agents_agentversion"}


@dataclass(frozen=True)
class Rule:
    """`change` breaks the constraint `name` in a row that held before, and `also` where it cannot but."""

    name: str
    model: type[models.Model]
    change: Mapping[str, Any]
    also: str = ""

    @property
    def message(self) -> str:
        return f"{self.name}|{self.also}" if self.also else self.name

    def __str__(self) -> str:
        return f"{self.name}[{','.join(f'{key}={value}' for key, value in self.change.items())}]"


@dataclass(frozen=True)
class Once:
    """Two rows that agree in `columns` are one too many; `name` is empty for a column that is unique."""

    name: str
    model: type[models.Model]
    columns: tuple[str, ...]

    def __str__(self) -> str:
        return self.name or f"{self.model.__name__}.{self.columns[0]}"


def positive_columns(app: str) -> list[Rule]:
    return [
        Rule(field.column, model, {field.column: -1})
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.concrete_fields
        if field.get_internal_type().startswith("Positive")
    ]


def foreign_keys(app: str) -> list[Rule]:
    return [
        Rule(field.column, model, {field.column: 999_999})
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
    ]


def declared(app: str) -> set[str]:
    """The name of every constraint that the models of `app` declare, and of every unique column."""
    names: set[str] = set()
    for model in apps.get_app_config(app).get_models():
        names |= {constraint.name for constraint in model._meta.constraints}
        names |= {
            f"{model.__name__}.{field.column}"
            for field in model._meta.concrete_fields
            if field.unique and not field.primary_key
        }
    return names


def covered(rules: Iterable[Rule | Once]) -> set[str]:
    return {rule.name if isinstance(rule, Rule) else str(rule) for rule in rules}


def require_refused_by_save(rule: Rule, make: Factory) -> None:
    row = make()
    for column, value in rule.change.items():
        setattr(row, column, value)
    with pytest.raises(IntegrityError, match=rule.message), transaction.atomic():
        row.save()


def require_refused_by_sql(rule: Rule, make: Factory) -> None:
    row = make()
    row.save()
    write = insert_like if row._meta.db_table in NEVER_CHANGED else update
    with pytest.raises(IntegrityError, match=rule.message), transaction.atomic():
        write(row, rule.change)


def require_no_such_parent(rule: Rule, make: Factory) -> None:
    row = make()
    row.save()
    require_orphan_refused(row, rule.change)


def require_orphan_refused(row: models.Model, change: Mapping[str, Any]) -> None:
    """Foreign keys are looked at when a transaction ends, or when it is asked to look."""
    with pytest.raises(IntegrityError), transaction.atomic():  # noqa: PT012 (which of the two, the engine says)
        update(row, change)
        connection.check_constraints()


def require_once_by_save(once: Once, make: Factory) -> None:
    first, second = make(), make()
    first.save()
    for column in once.columns:
        setattr(second, column, getattr(first, column))
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        second.save()
    _require_about(once, refusal.value)


def require_once_by_sql(once: Once, make: Factory) -> None:
    first, second = make(), make()
    first.save()
    if first._meta.db_table in NEVER_CHANGED:
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            insert_like(first, {})
        _require_about(once, refusal.value)
        return
    second.save()
    columns = ", ".join(f"{column} = first.{column}" for column in once.columns)
    table = first._meta.db_table
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {columns} FROM {table} AS first WHERE {table}.id = %s AND first.id = %s",
            [second.pk, first.pk],
        )
    _require_about(once, refusal.value)


def _require_about(once: Once, error: IntegrityError) -> None:
    """PostgreSQL names the constraint, SQLite the columns."""
    text = str(error)
    assert (once.name and once.name in text) or all(column in text for column in once.columns), text


def update(row: models.Model, change: Mapping[str, Any]) -> None:
    columns = ", ".join(f"{column} = %s" for column in change)
    with connection.cursor() as cursor:
        sql = f"UPDATE {row._meta.db_table} SET {columns} WHERE {row._meta.pk.column} = %s"
        cursor.execute(sql, [*change.values(), row.pk])


def insert_like(row: models.Model, change: Mapping[str, Any]) -> None:
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    values = ", ".join("%s" if column in change else column for column in columns)
    given = [change[column] for column in columns if column in change]
    table, key = row._meta.db_table, row._meta.pk.column
    with connection.cursor() as cursor:
        sql = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {key} = %s"
        cursor.execute(sql, [*given, row.pk])
