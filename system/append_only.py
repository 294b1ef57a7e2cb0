"""Tables that are only ever appended to: the database itself refuses everything else.

Triggers, for migrations; and the one way round them, for a retention that puts on record what it removes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from system.database_work import DatabaseWork

REFUSED = "entries of {table} are appended, never changed, replaced or removed"
# The last number is also kept in a counter: what is missing at the end is told by it.
NOTE_LAST = """INSERT INTO system_counter (name, labels, value) VALUES ('{table}', '', NEW.id)
ON CONFLICT (name, labels) DO UPDATE SET value = excluded.value;"""
# The trigger on INSERT is for REPLACE, which deletes without a DELETE, and for what is slipped in between.
SQLITE = {
    "insert": """CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} BEGIN
        SELECT RAISE(ABORT, '{refused}') WHERE NEW.id <= (SELECT COALESCE(MAX(id), 0) FROM {table});
        {note_last} END""",
    "update": "CREATE TRIGGER {table}_update BEFORE UPDATE ON {table}"
    " BEGIN SELECT RAISE(ABORT, '{refused}'); END",
    "delete": "CREATE TRIGGER {table}_delete BEFORE DELETE ON {table}"
    " BEGIN SELECT RAISE(ABORT, '{refused}'); END",
}
FUNCTION = """CREATE FUNCTION {table}_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
{condition} RAISE EXCEPTION '{refused}' USING ERRCODE = 'restrict_violation'; END $$"""
IN_ORDER = "IF NEW.id > (SELECT COALESCE(MAX(id), 0) FROM {table}) THEN {note_last} RETURN NEW; END IF;"
POSTGRESQL = {
    "insert": "CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} FOR EACH ROW"
    " EXECUTE FUNCTION {table}_insert()",
    "update": "CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} FOR EACH STATEMENT"
    " EXECUTE FUNCTION {table}_update()",
    "delete": "CREATE TRIGGER {table}_delete BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT"
    " EXECUTE FUNCTION {table}_delete()",
}


def append_only(table: str) -> DatabaseWork:
    """The operation; it reverses. The keys of `table` must grow."""

    def create(editor: BaseDatabaseSchemaEditor) -> None:
        for statement in _statements(table, editor.connection.vendor):
            editor.execute(statement.replace("%", "%%"), params=())

    def drop(editor: BaseDatabaseSchemaEditor) -> None:
        postgresql = editor.connection.vendor == "postgresql"
        for event in SQLITE:
            name = f"{table}_{event}"
            editor.execute(f"DROP FUNCTION {name}() CASCADE" if postgresql else f"DROP TRIGGER {name}")

    return DatabaseWork(create, drop)


def never_updated(table: str) -> DatabaseWork:
    """The operation for a table whose rows may go, but are never changed; it reverses."""

    def create(editor: BaseDatabaseSchemaEditor) -> None:
        refused = f"rows of {table} are never changed"
        if editor.connection.vendor == "postgresql":
            editor.execute(FUNCTION.format(table=table, event="update", condition="", refused=refused))
            editor.execute(POSTGRESQL["update"].format(table=table))
        else:
            editor.execute(SQLITE["update"].format(table=table, refused=refused))

    def drop(editor: BaseDatabaseSchemaEditor) -> None:
        postgresql = editor.connection.vendor == "postgresql"
        name = f"{table}_update"
        editor.execute(f"DROP FUNCTION {name}() CASCADE" if postgresql else f"DROP TRIGGER {name}")

    return DatabaseWork(create, drop)


def _statements(table: str, vendor: str) -> Iterator[str]:
    refused, note_last = REFUSED.format(table=table), NOTE_LAST.format(table=table)
    if vendor != "postgresql":
        for statement in SQLITE.values():
            yield statement.format(table=table, refused=refused, note_last=note_last)
        return
    for event, statement in POSTGRESQL.items():
        condition = IN_ORDER.format(table=table, note_last=note_last) if event == "insert" else ""
        yield FUNCTION.format(table=table, event=event, condition=condition, refused=refused)
        yield statement.format(table=table)


@contextmanager
def deletion_allowed(table: str) -> Iterator[None]:
    """For the caller's transaction alone: whatever ends it, the triggers are there again, or still."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_delete")
            yield
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_delete")
        else:
            cursor.execute(f"DROP TRIGGER {table}_delete")
            yield
            cursor.execute(SQLITE["delete"].format(table=table, refused=REFUSED.format(table=table)))
