"""Databases of both engines, filled past the ORM: a file, or a database of its own in PostgreSQL."""

import os
import secrets
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.benchmarks.web_process import manage
from tests.databases import SERVER

ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# What filling costs is not what is measured: nothing of a half-filled database is ever needed.
FILLING = "PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY;"


@dataclass(frozen=True)
class Database:
    """Empty, with its tables; `environment` is that of an installation on it."""

    environment: dict[str, str]
    file: Path
    url: str = ""

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(columns)
        if self.url:
            statement = f"COPY {table} ({names}) FROM STDIN"
            with psycopg.connect(self.url) as postgres, postgres.cursor().copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(columns))
            with closing(self._sqlite()) as sqlite, sqlite:
                sqlite.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)

    def run(self, *statements: str) -> None:
        """Each is committed; what both engines understand."""
        if self.url:
            with psycopg.connect(self.url, autocommit=True) as postgres:
                for statement in ("SET TIME ZONE 'UTC'", *statements):
                    postgres.execute(statement)  # type: ignore[arg-type]
        else:
            with closing(self._sqlite()) as sqlite, sqlite:
                for statement in statements:
                    sqlite.execute(statement)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        if self.url:
            with psycopg.connect(self.url) as postgres:
                return postgres.execute(statement).fetchall()  # type: ignore[arg-type]
        with closing(self._sqlite()) as sqlite:
            return sqlite.execute(statement).fetchall()

    def settle(self) -> None:
        """What a database of that age has done by itself long ago."""
        self.run("VACUUM ANALYZE" if self.url else "PRAGMA wal_checkpoint(TRUNCATE)")

    def _sqlite(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file)
        connection.executescript(FILLING)
        return connection


@contextmanager
def database_of(engine: str) -> Iterator[Database]:
    """Of "sqlite" or "postgresql"; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="claudeops-bench-") as directory, _url_of(engine) as url:
        ours = ("CLAUDEOPS_", "DATABASE_")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        given = {"CLAUDEOPS_DATA_DIR": directory, "CLAUDEOPS_ENV": "development", "TIME_ZONE": "UTC"}
        environment = {**clean, **given, **({"DATABASE_URL": url} if url else {})}
        manage(environment, "migrate", "--verbosity", "0")
        yield Database(environment, Path(directory) / "development.db", url)


@contextmanager
def _url_of(engine: str) -> Iterator[str]:
    if engine == "sqlite":
        yield ""
        return
    name = f"claudeops_bench_{secrets.token_hex(6)}"
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as server:
        server.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{SERVER.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
