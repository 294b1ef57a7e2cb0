"""Care of an SQLite file that several processes use: its write-ahead log, and what its version lacks."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

PASSIVE_BYTES = 4 * 2**20
TRUNCATE_BYTES = 64 * 2**20
TRUNCATE_WAIT_MS = 250

FIXED_VERSION = (3, 51, 3)
FIXED_BACKPORTS = ((3, 44, 6), (3, 50, 7))


def checkpoint_if_due() -> bool:
    """Move the write-ahead log into the database once it is over 4 MiB; True when that was tried.

    Called by the clock alone, outside any transaction: automatic checkpoints are off (claudeops/database.py)
    because SQLite before 3.51.3 has a race between processes that checkpoint. Nothing happens on PostgreSQL.
    """
    size = _wal_bytes()
    if size <= PASSIVE_BYTES:
        return False
    if size > TRUNCATE_BYTES:
        # It holds the write lock while it waits for readers, and so every writer with it: not for long.
        with busy_timeout(TRUNCATE_WAIT_MS), connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
    return True


def _wal_bytes() -> int:
    if connection.vendor != "sqlite":
        return 0
    try:
        return Path(f"{connection.settings_dict['NAME']}-wal").stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def busy_timeout(milliseconds: int) -> Iterator[None]:
    """Wait no longer than this for the write lock meanwhile; nothing happens on PostgreSQL."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {milliseconds:d}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual:d}")


def version_note() -> str:
    """What a person should know about the SQLite in use; empty when nothing, or on PostgreSQL."""
    return race_note(sqlite3.sqlite_version_info) if connection.vendor == "sqlite" else ""


def race_note(version: tuple[int, ...]) -> str:
    is_backport = any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED_BACKPORTS)
    if version >= FIXED_VERSION or is_backport:
        return ""
    return (
        f"SQLite {'.'.join(map(str, version))} has a rare race that can damage a database when several"
        " processes checkpoint it (sqlite.org/wal.html#walresetbug; mended in 3.51.3). ClaudeOps checkpoints"
        " from one process only. Keep verified backups."
    )
