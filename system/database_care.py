"""What keeps the database quick: statistics for its planner, and a look at the room that it takes.

On SQLite they are taken with a limit, and kept of large tables alone. Without a limit SQLite learns that a
quarter of a million executions have a status, and reads them all to find the two that run: the dashboard
then took 2 s in place of 4 ms, at a million. And a table that was small at night may be large by noon.
Nothing is vacuumed: pages that are free are used again, and VACUUM keeps everybody out while it lasts.
"""

from datetime import datetime

from django.db import connection, transaction

from system.readable import read_bytes

LOOKED_AT = 100  # rows of each index
LARGE = 10_000  # rows
MUCH_ROOM = 256 * 2**20  # bytes


def optimize_database(now: datetime) -> str:
    """Nobody waits for it: some milliseconds on SQLite; PostgreSQL's autovacuum does it by itself."""
    return _optimize_sqlite() if connection.vendor == "sqlite" else _look_at_postgresql()


def _optimize_sqlite() -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT:d}")
        cursor.execute("PRAGMA optimize")
        with transaction.atomic():
            # All of them: before 3.46 `optimize` knows only the tables that this connection has used.
            cursor.execute("ANALYZE")
            cursor.execute("DELETE FROM sqlite_stat1 WHERE CAST(stat AS INTEGER) < %s", [LARGE])
            cursor.execute("SELECT COUNT(DISTINCT tbl) FROM sqlite_stat1")
            (tables,) = cursor.fetchone()
        cursor.execute("ANALYZE sqlite_schema")  # other connections read them anew
        size, pages, free = (
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_size", "page_count", "freelist_count")
        )
    return f"Took statistics of {tables} large tables. {_room(size * pages, size * free)}"


def _room(whole: int, free: int) -> str:
    words = f"{read_bytes(free)} of the file's {read_bytes(whole)} are free, and will be used again."
    if free > MUCH_ROOM and free > whole / 2:
        words += " To give them back to the disk, stop ClaudeOps and run VACUUM in sqlite3."
    return words


def _look_at_postgresql() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('autovacuum')::bool AND current_setting('track_counts')::bool")
        (is_on,) = cursor.fetchone()
        if not is_on:
            cursor.execute("ANALYZE")
        cursor.execute(
            "SELECT pg_database_size(current_database()),"
            " COALESCE(SUM(n_dead_tup), 0), COALESCE(SUM(n_live_tup), 0) FROM pg_stat_user_tables"
        )
        size, dead, live = cursor.fetchone()
    done = "Autovacuum does it." if is_on else "Autovacuum is off, and should not be: took statistics."
    return f"{done} {read_bytes(size)}; {int(dead):,} dead rows beside {int(live):,}."
