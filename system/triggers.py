"""A migration operation: `updated_at` follows every UPDATE, raw SQL included (row 11 of the seed)."""

from collections.abc import Callable

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from system.database_work import DatabaseWork

SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_touch AFTER UPDATE ON {table} FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at
BEGIN UPDATE {table} SET updated_at = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE id = NEW.id; END
"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION {table}_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN NEW.updated_at := clock_timestamp(); END IF;
  RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS {table}_touch ON {table};
CREATE TRIGGER {table}_touch BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_touch();
"""


def touch_updated_at(*tables: str) -> DatabaseWork:
    """The operation for `tables`; it reverses. A statement that sets updated_at itself is left alone."""

    def drop(editor: BaseDatabaseSchemaEditor) -> None:
        postgresql = editor.connection.vendor == "postgresql"
        for table in tables:
            editor.execute(f"DROP TRIGGER {table}_touch" + (f" ON {table}" if postgresql else ""))
            if postgresql:
                editor.execute(f"DROP FUNCTION {table}_touch()")

    return DatabaseWork(_creating(tables), drop)


def keep_updated_at(*tables: str) -> DatabaseWork:
    """To stand before and after operations that change `tables`: SQLite makes such a table anew, without its
    triggers, whichever way the migration goes.
    """
    return DatabaseWork(_creating(tables), _creating(tables))


def _creating(tables: tuple[str, ...]) -> Callable[[BaseDatabaseSchemaEditor], None]:
    def create(editor: BaseDatabaseSchemaEditor) -> None:
        template = POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE
        for table in tables:
            editor.execute(template.format(table=table).replace("%", "%%"), params=())

    return create
