"""A dump of a PostgreSQL database in pg_dump's custom format, and what is found in one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db.backends.utils import CursorWrapper

from system.backups.errors import BackupError
from system.backups.postgres_server import cursor_of, environment, live_name, require_client
from system.backups.programs import require_program, run_program
from system.backups.progress import Progress, silent
from system.backups.sqlite_file import Rows

LIMIT_SECONDS = 5 * 3600.0
TABLES = """
SELECT schemaname, tablename FROM pg_tables
WHERE schemaname <> 'information_schema' AND NOT starts_with(schemaname::text, 'pg_') ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Contents:
    """What a database holds in one snapshot. `rows` names tables outside of `public` with their schema."""

    rows: Rows
    migrations: list[str]
    size: int
    version: str


def dump_database(target: Path, *, compress: bool, progress: Progress = silent) -> Contents:
    """Write our database into `target`; what it held in the very snapshot that was dumped.

    pg_dump is a program, and it runs while a transaction is open: one of its own connection, which only reads
    and locks nothing. Without it the counts would be of another moment than the dump.
    """
    program = require_client("pg_dump")
    with _snapshot() as (cursor, snapshot):
        progress("Counting rows", 0, None)
        contents = contents_of(cursor)
        progress("Dumping", 0, None)
        run_program(
            [
                program, "--format=custom", "--no-password", f"--snapshot={snapshot}", f"--file={target}",
                *([] if compress else ["--compress=0"]),
            ],
            environment=environment(),
            limit_s=LIMIT_SECONDS,
            keep=("PG",),
        )  # fmt: skip
    return contents


@contextmanager
def _snapshot() -> Iterator[tuple[CursorWrapper, str]]:
    with cursor_of(live_name()) as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor, str(cursor.fetchone()[0])
        cursor.execute("ROLLBACK")


def contents_of(cursor: CursorWrapper) -> Contents:
    """Of the database that `cursor` is connected to."""
    cursor.execute(TABLES)
    rows = {_name(schema, table): _count(cursor, schema, table) for schema, table in cursor.fetchall()}
    migrations: list[str] = []
    if "django_migrations" in rows:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id")
        migrations = [row[0] for row in cursor.fetchall()]
    cursor.execute("SELECT pg_database_size(current_database()), current_setting('server_version')")
    size, version = cursor.fetchone()
    return Contents(rows, migrations, int(size), str(version))


def _name(schema: str, table: str) -> str:
    return table if schema == "public" else f"{schema}.{table}"


def _count(cursor: CursorWrapper, schema: str, table: str) -> int:
    quote = cursor.db.ops.quote_name
    cursor.execute(f"SELECT count(*) FROM {quote(schema)}.{quote(table)}")  # noqa: S608
    return int(cursor.fetchone()[0])


def database_size() -> int:
    with cursor_of(live_name()) as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def check_dump(file: Path, expected: Rows, progress: Progress = silent) -> None:
    """Read all of a dump, without a server. Raises BackupError where that fails, or a table is missing."""
    program = require_program("pg_restore", "install PostgreSQL's client programs")
    progress("Reading the dump", 0, None)
    listed = run_program([program, "--list", str(file)], environment={}, limit_s=LIMIT_SECONDS)
    run_program([program, "--file=/dev/null", str(file)], environment={}, limit_s=LIMIT_SECONDS)
    tables = {
        tuple(parts[5:7]) for parts in map(str.split, listed.splitlines()) if parts[3:5] == ["TABLE", "DATA"]
    }
    held = {_name(schema, table) for schema, table in tables}
    if missing := sorted(set(expected) - held):
        raise BackupError(f"The dump {file.name} has no data of {', '.join(missing[:3])}.")


def restore_dump(file: Path, database: str, progress: Progress = silent) -> Contents:
    """Fill `database`, which is empty; what it holds then."""
    program = require_client("pg_restore")
    progress("Restoring", 0, None)
    run_program(
        [
            program, "--no-password", "--exit-on-error", "--no-owner", "--no-privileges",
            f"--dbname={database}", str(file),
        ],
        environment=environment(database),
        limit_s=LIMIT_SECONDS,
        keep=("PG",),
    )  # fmt: skip
    with cursor_of(database) as cursor:
        return contents_of(cursor)
