"""A backup in the place of the live database. At each moment either the old one or the new one is there."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.utils import timezone

from system.backups.drafts import live_file
from system.backups.errors import BackupError
from system.backups.naming import stamp_of
from system.backups.postgres_server import (
    exists,
    live_name,
    require_unused,
    scratch_database,
    swap_databases,
)
from system.backups.preparing import prepare_database, prepare_file, require_restorable
from system.backups.progress import Progress, silent
from system.backups.scratch import scratch_directory
from system.backups.sqlite_file import migrations_in
from system.backups.store import Stored, sync_path, usable_directory

BROKEN = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
HEADER = b"SQLite format 3\0"
LOGS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Restored:
    """`replaced` is where the database that was there before is kept; empty where there was none."""

    database: str
    replaced: str
    migrated: int


def live_database() -> str:
    """What a person calls it: the name of a PostgreSQL database, or of an SQLite file."""
    return live_name() if connection.vendor == "postgresql" else live_file().name


def restore_backup(stored: Stored, progress: Progress = silent) -> Restored:
    """Make `stored` the live database. Nobody may use it, or start to: the caller sees to that.

    Raises BackupError, OSError or an error of the database: then the live database is as it was.
    """
    require_restorable(stored, progress)
    connection.close()
    if connection.vendor == "postgresql":
        return _restore_postgresql(stored, progress)
    return _restore_sqlite(stored, progress)


def _restore_postgresql(stored: Stored, progress: Progress) -> Restored:
    live = live_name()
    require_unused(live)
    with scratch_database() as scratch:
        migrated = prepare_database(stored, scratch, progress)
        replaced = f"{live[:40]}_replaced_{timezone.now():%Y%m%d%H%M%S}" if exists(live) else ""
        require_unused(live)
        swap_databases(live, scratch, replaced)
    return Restored(live, replaced, migrated)


def _restore_sqlite(stored: Stored, progress: Progress) -> Restored:
    live = live_file().resolve()
    directory = usable_directory(live.parent)
    with _taken_over(live):
        pass  # early: nobody waits for a copy that cannot be put in its place
    with scratch_directory(directory) as scratch:
        new, migrated = prepare_file(stored, scratch, progress)
        _give_owner(new, live if live.exists() else directory)
        replaced = swap_files(live, new)
    return Restored(str(live), str(replaced or ""), migrated)


def swap_files(live: Path, new: Path) -> Path | None:
    """`new` takes the place of `live`, which keeps another name; that, or None where there was no `live`."""
    kept = live.with_name(f"{live.stem}.replaced-{stamp_of(timezone.now())}{live.suffix}")
    with _taken_over(live):
        _set_logs_aside(live, kept)
        was_there = live.exists()
        if was_there:
            _keep(live, kept)
        new.replace(live)
        sync_path(live.parent)
    _require_opens(live, kept if was_there else None)
    return kept if was_there else None


@contextmanager
def _taken_over(live: Path) -> Iterator[None]:
    """Alone with `live`, whose log has gone into it. Raises BackupError while another process has it open.

    What is broken cannot be used by anybody: then nothing is held.
    """
    if not _is_sqlite(live):  # nor is it opened: SQLite would throw its log away
        yield
        return
    with closing(sqlite3.connect(live, timeout=1, isolation_level=None)) as database:
        try:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                raise BackupError(f"Another process has {live} open: stop ClaudeOps first.") from error
            if error.sqlite_errorcode & 0xFF not in BROKEN:
                raise BackupError(f"{live} cannot be replaced: {error}.") from error
        # Opening the file once more in this process and closing it would end the lock (POSIX).
        yield


def _is_sqlite(live: Path) -> bool:
    if not live.exists():
        return False
    with live.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def _set_logs_aside(live: Path, kept: Path) -> None:
    """Only a broken or missing database still has some; SQLite would read them into the new one."""
    for suffix in LOGS:
        with suppress(FileNotFoundError):
            Path(f"{live}{suffix}").rename(f"{kept}{suffix}")


def _keep(live: Path, kept: Path) -> None:
    """A second name for the same file: `live` is never gone. A copy where a disk knows no such names."""
    try:
        kept.hardlink_to(live)
    except OSError:
        shutil.copy2(live, kept)
        sync_path(kept)
    sync_path(kept.parent)


def _require_opens(live: Path, kept: Path | None) -> None:
    """It was checked before; this is about the file under its name. If it fails, the old one is put back."""
    try:
        migrations_in(live)
    except (sqlite3.Error, BackupError) as error:
        if kept is not None:
            kept.replace(live)
            sync_path(live.parent)
        raise BackupError(f"The restored database cannot be opened, the old one is back: {error}.") from error


def _give_owner(new: Path, model: Path) -> None:
    """As the live file has it: root may restore what another user runs."""
    found = model.stat()
    new.chmod(0o600 if model.is_dir() else found.st_mode & 0o777)
    with suppress(PermissionError):
        os.chown(new, found.st_uid, found.st_gid)
