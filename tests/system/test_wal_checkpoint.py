"""The write-ahead log stays small, and nobody waits long for it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from system import sqlite
from tests.databases import Database, new_database

MIB = 2**20


@pytest.fixture(scope="module")
def database(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with new_database("sqlite", tmp_path_factory.mktemp("data"), str(template)) as database:
        yield database


@pytest.fixture
def file(database: Database) -> Path:
    return database.file


CHECKPOINT = """
import time
from system import sqlite
began = time.monotonic()
print(sqlite.checkpoint_if_due(), time.monotonic() - began)
"""


def checkpoint(database: Database, within_s: float = 30) -> bool:
    """In a process of its own, as the clock does it."""
    done = database.manage("shell", "-v0", "-c", CHECKPOINT)
    assert done.returncode == 0, done.stderr
    was_done, took_s = done.stdout.split()
    assert float(took_s) < within_s, "it waited for a reader, with the write lock in its hand"
    return bool(json.loads(was_done.lower()))


@contextmanager
def writer(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        yield connection


def write(connection: sqlite3.Connection, mebibytes: int) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS ballast (data BLOB)")
    connection.execute("INSERT INTO ballast VALUES (zeroblob(?))", [mebibytes * MIB])


def wal_size(file: Path) -> int:
    return Path(f"{file}-wal").stat().st_size


def test_a_small_log_is_left_alone(database: Database, file: Path) -> None:
    with writer(file) as connection:
        write(connection, 1)
        assert not checkpoint(database)


def test_over_4_mib_it_is_moved_and_then_used_again(database: Database, file: Path) -> None:
    with writer(file) as connection:
        write(connection, 6)
        before = wal_size(file)
        assert before > sqlite.PASSIVE_BYTES
        assert checkpoint(database)
        write(connection, 2)
        assert wal_size(file) == before, "the log was not begun anew"


def test_over_64_mib_it_is_cut(database: Database, file: Path) -> None:
    with writer(file) as connection:
        write(connection, 66)
        assert checkpoint(database)
        assert wal_size(file) == 0


def test_a_reader_that_stays_keeps_no_writer_waiting(database: Database, file: Path) -> None:
    with writer(file) as reader, writer(file) as connection:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM system_node").fetchone()
        write(connection, 66)
        assert checkpoint(database, within_s=15)
        write(connection, 1)
        reader.execute("COMMIT")
        assert checkpoint(database)
        assert wal_size(file) == 0


@pytest.mark.parametrize(
    ("version", "is_fine"),
    [
        ((3, 40, 1), False), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 53, 0), True),
        ((3, 44, 5), False), ((3, 44, 6), True), ((3, 50, 7), True), ((3, 45, 9), False),
    ],
)  # fmt: skip
def test_versions_with_the_race_are_named(version: tuple[int, ...], is_fine: bool) -> None:
    note = sqlite.race_note(version)
    assert (note == "") is is_fine
    assert is_fine or ".".join(map(str, version)) in note
