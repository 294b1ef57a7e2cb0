"""Databases of their own for tests that run manage.py as a process: an SQLite file, or PostgreSQL's."""

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

BASE_DIR = Path(__file__).resolve().parent.parent
SERVER = "postgres://postgres@127.0.0.1:5432/postgres"


@dataclass(frozen=True)
class Database:
    """`url` is empty for the SQLite file of the data directory."""

    data_dir: Path
    url: str = ""

    @property
    def file(self) -> Path:
        return self.data_dir / "development.db"

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run manage.py in this database's environment (development, unless CLAUDEOPS_ENV is given)."""
        given = {
            "CLAUDEOPS_ENV": "development",
            "CLAUDEOPS_DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.url,
        }
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env={**os.environ, **given, **environment},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement past the ORM, and commit it."""
        if self.url:
            with psycopg.connect(self.url, autocommit=True) as postgres:
                cursor = postgres.execute(statement)
                return cursor.fetchall() if cursor.description else []
        with closing(sqlite3.connect(self.file)) as sqlite, sqlite:
            return sqlite.execute(statement).fetchall()


ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@contextmanager
def new_database(engine: str, data_dir: Path, template: str = "") -> Iterator[Database]:
    """A database of `engine`: an empty one, or a copy of what the fixture template_of gave for it."""
    if engine == "sqlite":
        database = Database(data_dir)
        if template:
            shutil.copy(template, database.file)
        yield database
    else:
        with new_postgresql(template) as url:
            yield Database(data_dir, url)


@contextmanager
def new_postgresql(template: str = "") -> Iterator[str]:
    """The URL of a database that is dropped afterwards. To no `template` may anybody be connected."""
    name = create_postgresql(template)
    try:
        yield url_of(name)
    finally:
        drop_postgresql(name)


def url_of(name: str) -> str:
    return f"{SERVER.rpartition('/')[0]}/{name}"


def create_postgresql(template: str = "") -> str:
    """The name of a new database."""
    name = f"claudeops_test_{secrets.token_hex(6)}"
    _at_the_server(f"CREATE DATABASE {name} TEMPLATE {template or 'template1'}")
    return name


def drop_postgresql(name: str) -> None:
    _at_the_server(f"DROP DATABASE {name} WITH (FORCE)")


def _at_the_server(statement: str) -> None:
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as server:
        server.execute(statement)
