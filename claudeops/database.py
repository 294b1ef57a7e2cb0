"""The database of each environment. The reasons and measurements: docs/decisions/0004-sqlite.md."""

from pathlib import Path
from typing import Any

import environ

# SQLite's page cache of one connection in KiB (a negative cache_size; a positive one would count pages).
CACHE_KIB = {"development": 16_384, "production": 32_768, "test": 8_192}


def sqlite_pragmas(environment: str, synchronous: str) -> str:
    """The statements every new SQLite connection starts with.

    Automatic checkpoints are off: SQLite before 3.51.3 has a rare race when several processes checkpoint,
    so the clock is the one that does (system.sqlite.checkpoint_if_due).
    """
    sync = "OFF" if environment == "test" else synchronous
    return (
        f"PRAGMA journal_mode = WAL; PRAGMA synchronous = {sync};"
        f"PRAGMA cache_size = -{CACHE_KIB[environment]}; PRAGMA temp_store = MEMORY;"
        "PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0;"
    )


def sqlite_config(path: Path, environment: str, synchronous: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            # Deferred transactions that read and then write fail at once under concurrency.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": sqlite_pragmas(environment, synchronous),
        },
        # A file: an in-memory database is private to its connection, and threads and processes are tested.
        "TEST": {"NAME": str(path.with_name("pytest.db"))},
    }


def postgresql_options(*, behind_pooler: bool) -> dict[str, Any]:
    """Values travel beside the statement, and one that comes again is prepared: half the work of both sides.

    A pooler that gives each transaction another of its connections (PgBouncer's transaction mode) has to do
    without: what was prepared on one connection is unknown on the next. Rows that are read in portions need
    one connection from beginning to end as well.
    """
    return {
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": None if behind_pooler else 5},
        "DISABLE_SERVER_SIDE_CURSORS": behind_pooler,
    }


def database_config(env: environ.Env, environment: str, data_dir: Path) -> dict[str, Any]:
    """`DATABASES["default"]`: what DATABASE_URL names, else `<data dir>/<environment>.db`."""
    url = env.str("DATABASE_URL", default="")
    if not url or url.startswith("sqlite"):
        path = Path(env.db_url_config(url)["NAME"]) if url else data_dir / f"{environment}.db"
        config = sqlite_config(path, environment, env.str("SQLITE_SYNCHRONOUS", default="NORMAL").upper())
    else:
        config = env.db_url_config(url)
        if config["ENGINE"].endswith("postgresql"):
            ours = postgresql_options(behind_pooler=env.bool("BEHIND_POOLER", default=False))
            config = {**ours, **config, "OPTIONS": {**ours["OPTIONS"], **config.get("OPTIONS", {})}}
        config["CONN_HEALTH_CHECKS"] = True
    # Requests run on a fixed set of threads (claudeops/asgi.py), so what stays open is bounded.
    config["CONN_MAX_AGE"] = None
    config["ATOMIC_REQUESTS"] = False
    return config
