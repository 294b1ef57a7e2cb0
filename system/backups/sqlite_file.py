"""A copy of an SQLite database that others write to meanwhile, and what is found in one."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from system.backups.errors import BackupError
from system.backups.progress import Progress, silent

PAGES_PER_STEP = 1024
WAIT_SECONDS = 20.0
SHOWN_PROBLEMS = 3
CACHE_KIB = 65_536

Rows = dict[str, int]


def copy_database(source: Path, target: Path, progress: Progress = silent) -> Rows:
    """Write what `source` holds at this moment into `target`; how many rows each table had then.

    All of it is one read transaction. Writers go on, and none of them can make the copy begin anew, as it
    would in a copy that takes its lock again at each step. The price is that the write-ahead log cannot be
    begun anew until the end: it grows by what is written meanwhile, and the clock cuts it afterwards.
    """
    with closing(open_existing(source)) as live, closing(_connect(target)) as copy:
        opened = _identity(source)
        copy.execute("PRAGMA synchronous = OFF")  # the file is synced as a whole when it is finished
        live.execute("BEGIN")
        rows = count_rows(live)  # the first read is what takes the snapshot

        def tell(status: int, remaining: int, total: int) -> None:
            progress("Copying", total - remaining, total)

        live.backup(copy, pages=PAGES_PER_STEP, progress=tell)
        live.execute("ROLLBACK")
    leave_wal_mode(target)
    if not source.is_file() or _identity(source) != opened:
        raise BackupError(f"The database {source} was deleted or replaced while it was copied.")
    return rows


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def open_existing(path: Path) -> sqlite3.Connection:
    """Unlike sqlite3.connect, makes no new database where there is none. Raises BackupError."""
    if not path.is_file():
        raise BackupError(f"There is no database at {path}.")
    return _connect(f"{path.absolute().as_uri()}?mode=rw")


def _connect(path: Path | str) -> sqlite3.Connection:
    is_uri = isinstance(path, str)
    return sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None, uri=is_uri)


def database_bytes(path: Path) -> int:
    """What a copy of it will take, its log included."""
    with closing(open_existing(path)) as database:
        pages, size = (
            database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
        )
    return int(pages * size)


def version() -> str:
    return sqlite3.sqlite_version


def leave_wal_mode(path: Path) -> None:
    """Whatever stands in its log goes into the file, and the file alone is the database.

    Raises sqlite3.OperationalError while anybody else has it open.
    """
    with closing(_connect(path)) as database:
        database.execute("PRAGMA journal_mode = DELETE")


def check_file(path: Path, expected: Rows | None, progress: Progress = silent) -> None:
    """Raises BackupError unless the database is sound and holds the rows that were counted, if they were."""
    try:
        with closing(open_existing(path)) as database:
            database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            progress("Checking integrity", 0, None)
            _require_none(database.execute("PRAGMA integrity_check"), "integrity_check", fine=("ok",))
            progress("Checking foreign keys", 0, None)
            _require_none(database.execute("PRAGMA foreign_key_check"), "foreign_key_check")
            progress("Counting rows", 0, None)
            found = count_rows(database)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The database {path.name} is damaged: {error}.") from error
    if expected is not None:
        require_same_rows(found, expected)


def _require_none(problems: Iterable[tuple[object, ...]], check: str, fine: tuple[object, ...] = ()) -> None:
    bad = [problem for problem in problems if problem != fine]
    if bad:
        shown = "; ".join(" ".join(map(str, problem)) for problem in bad[:SHOWN_PROBLEMS])
        raise BackupError(f"{check} finds {len(bad)} problems: {shown}.")


def require_same_rows(found: Rows, expected: Rows) -> None:
    """Raises BackupError, naming tables."""
    wrong = [
        f"{table} has {found.get(table, 'no table')} instead of {expected.get(table, 'no table')}"
        for table in sorted({*found, *expected})
        if found.get(table) != expected.get(table)
    ]
    if wrong:
        raise BackupError(f"The numbers of rows differ: {', '.join(wrong[:SHOWN_PROBLEMS])}.")


def count_rows(database: sqlite3.Connection) -> Rows:
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        " ORDER BY name"
    ).fetchall()
    return {table: _count(database, table) for (table,) in tables}


def _count(database: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    found: int = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608
    return found


def migrations_in(path: Path) -> list[str]:
    """Those applied, as "app.name", in their order; none in a database that is not Django's."""
    with closing(open_existing(path)) as database:
        try:
            found = database.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
        except sqlite3.OperationalError:
            return []
    return [f"{app}.{name}" for app, name in found]
