"""The triggers that add the rows of DailyCost up in DailyTotal, for migrations."""

from collections.abc import Iterable

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SOURCE = "costs_dailycost"
TOTAL = "costs_dailytotal"


def keep_daily_totals(*columns: str) -> migrations.RunPython:
    """The operation: triggers for `columns`, and what they would have made of the rows that are there.

    SQLite makes a table anew, without its triggers, when a column or constraint changes: a migration that
    does this to DailyCost needs this operation again behind it.
    """

    def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        drop(apps, editor)
        make = _on_postgresql if editor.connection.vendor == "postgresql" else _on_sqlite
        for statement in (*make(columns), f"DELETE FROM {TOTAL}", _backfill(columns)):  # noqa: S608
            editor.execute(statement, params=None)

    return migrations.RunPython(create, drop)


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    postgresql = editor.connection.vendor == "postgresql"
    for event in ("insert", "update", "delete", *(() if postgresql else ("move",))):
        name = f"{TOTAL}_{event}"
        editor.execute(
            f"DROP FUNCTION IF EXISTS {name}() CASCADE" if postgresql else f"DROP TRIGGER IF EXISTS {name}"
        )


def _backfill(columns: tuple[str, ...], source: str = SOURCE) -> str:
    names, sums = ", ".join(columns), ", ".join(f"SUM({name})" for name in columns)
    return (
        f"INSERT INTO {TOTAL} (day, changes, {names})"  # noqa: S608
        f" SELECT day, COUNT(*), {sums} FROM {source} GROUP BY day"
    )


def _or_add(columns: tuple[str, ...]) -> str:
    sums = ", ".join(f"{name} = {TOTAL}.{name} + excluded.{name}" for name in ("changes", *columns))
    return f"ON CONFLICT (day) DO UPDATE SET {sums}"


# SQLite fires for each row. It sees no other way, and has no statements of many rows on a hot path.


def _on_sqlite(columns: tuple[str, ...]) -> list[str]:
    names, news = ", ".join(columns), ", ".join(f"NEW.{name}" for name in columns)
    insert = f"INSERT INTO {TOTAL} (day, changes, {names}) VALUES (NEW.day, 1, {news})"  # noqa: S608
    add = f"{insert} {_or_add(columns)};"
    take = _update(f"{name} = {name} - OLD.{name}" for name in columns)
    replace = _update(f"{name} = {name} + (NEW.{name} - OLD.{name})" for name in columns)
    bodies = {
        "insert": f"AFTER INSERT ON {SOURCE} BEGIN {add} END",
        "delete": f"AFTER DELETE ON {SOURCE} BEGIN {take} END",
        "update": f"AFTER UPDATE ON {SOURCE} WHEN NEW.day = OLD.day BEGIN {replace} END",
        "move": f"AFTER UPDATE ON {SOURCE} WHEN NEW.day <> OLD.day BEGIN {take} {add} END",
    }
    return [f"CREATE TRIGGER {TOTAL}_{name} {body}" for name, body in bodies.items()]


def _update(sums: Iterable[str]) -> str:
    return f"UPDATE {TOTAL} SET changes = changes + 1, {', '.join(sums)} WHERE day = OLD.day;"  # noqa: S608


# PostgreSQL fires for each statement: an import of 100,000 rows would else leave 100,000 dead versions of a
# few rows behind, which every later reader goes through until they are vacuumed.


def _on_postgresql(columns: tuple[str, ...]) -> list[str]:
    names = ", ".join(columns)
    less = f"SELECT day, {', '.join(f'-{name} AS {name}' for name in columns)} FROM removed"  # noqa: S608
    more = f"SELECT day, {names} FROM added"  # noqa: S608
    days = f"INSERT INTO {TOTAL} (day) SELECT DISTINCT day FROM added ON CONFLICT (day) DO NOTHING"  # noqa: S608
    return [
        *_trigger("insert", f"{_backfill(columns, 'added')} {_or_add(columns)};", "NEW TABLE AS added"),
        *_trigger("delete", _update_from(columns, less), "OLD TABLE AS removed"),
        *_trigger(
            "update",
            f"{days}; {_update_from(columns, f'{more} UNION ALL {less}')}",
            "NEW TABLE AS added OLD TABLE AS removed",
        ),
    ]


def _trigger(event: str, body: str, tables: str) -> list[str]:
    name = f"{TOTAL}_{event}"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$",
        f"CREATE TRIGGER {name} AFTER {event} ON {SOURCE} REFERENCING {tables}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    ]


def _update_from(columns: tuple[str, ...], rows: str) -> str:
    differences = ", ".join(f"SUM({name}) AS {name}" for name in columns)
    sums = ", ".join(f"{name} = {TOTAL}.{name} + found.{name}" for name in ("changes", *columns))
    return (
        f"UPDATE {TOTAL} SET {sums}"  # noqa: S608
        f" FROM (SELECT day, COUNT(*) AS changes, {differences} FROM ({rows}) AS ways GROUP BY day) AS found"
        f" WHERE {TOTAL}.day = found.day;"
    )
