"""The triggers that add the rows of DailyCost up in DailyTotal, for migrations."""

from collections.abc import Iterable

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from system.database_work import DatabaseWork

SOURCE = "costs_dailycost"
TOTAL = "costs_dailytotal"
SQLITE = "CREATE TRIGGER {name} {when} ON {source} FOR EACH ROW {condition} BEGIN {body} END"
POSTGRESQL = (
    "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$",
    "CREATE TRIGGER {name} {when} ON {source} FOR EACH ROW {condition} EXECUTE FUNCTION {name}()",
)


def keep_daily_totals(*columns: str) -> DatabaseWork:
    """The operation: triggers for `columns`, and what they would have made of the rows that are there.

    SQLite makes a table anew, without its triggers, when a column or constraint changes: a migration that
    does this to DailyCost needs this operation again behind it.
    """

    def create(editor: BaseDatabaseSchemaEditor) -> None:
        drop(editor)
        templates = POSTGRESQL if editor.connection.vendor == "postgresql" else (SQLITE,)
        for statement in (*_triggers(columns, templates), f"DELETE FROM {TOTAL}", _backfill(columns)):  # noqa: S608
            editor.execute(statement, params=None)

    return DatabaseWork(create, drop)


def drop(editor: BaseDatabaseSchemaEditor) -> None:
    postgresql = editor.connection.vendor == "postgresql"
    for event in ("insert", "delete", "update", "move"):
        name = f"{TOTAL}_{event}"
        editor.execute(
            f"DROP FUNCTION IF EXISTS {name}() CASCADE" if postgresql else f"DROP TRIGGER IF EXISTS {name}"
        )


def _triggers(columns: tuple[str, ...], templates: Iterable[str]) -> Iterable[str]:
    names, news = ", ".join(columns), ", ".join(f"NEW.{name}" for name in columns)
    sums = ", ".join(f"{name} = {TOTAL}.{name} + excluded.{name}" for name in ("changes", *columns))
    add = (
        f"INSERT INTO {TOTAL} (day, changes, {names}) VALUES (NEW.day, 1, {news})"  # noqa: S608
        f" ON CONFLICT (day) DO UPDATE SET {sums};"
    )
    take = _update(f"{name} = {name} - OLD.{name}" for name in columns)
    replace = _update(f"{name} = {name} + (NEW.{name} - OLD.{name})" for name in columns)
    for event, when, condition, body in (
        ("insert", "AFTER INSERT", "", add),
        ("delete", "AFTER DELETE", "", take),
        ("update", "AFTER UPDATE", "WHEN (NEW.day = OLD.day)", replace),
        ("move", "AFTER UPDATE", "WHEN (NEW.day <> OLD.day)", f"{take} {add}"),
    ):
        for template in templates:
            yield template.format(
                name=f"{TOTAL}_{event}", when=when, source=SOURCE, condition=condition, body=body
            )


def _update(sums: Iterable[str]) -> str:
    return f"UPDATE {TOTAL} SET changes = changes + 1, {', '.join(sums)} WHERE day = OLD.day;"  # noqa: S608


def _backfill(columns: tuple[str, ...]) -> str:
    names, sums = ", ".join(columns), ", ".join(f"SUM({name})" for name in columns)
    return (
        f"INSERT INTO {TOTAL} (day, changes, {names})"  # noqa: S608
        f" SELECT day, COUNT(*), {sums} FROM {SOURCE} GROUP BY day"
    )
