import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases import ENGINES, Database, new_database


@pytest.fixture(params=ENGINES)
def any_database(
    request: pytest.FixtureRequest, template_of: Callable[[str], str], tmp_path: Path
) -> Iterator[Database]:
    with new_database(request.param, tmp_path, template_of(request.param)) as database:
        yield with_a_setting(database)


@pytest.fixture
def file_database(template: Path, tmp_path: Path) -> Database:
    database = Database(tmp_path)
    shutil.copy(template, database.file)
    return with_a_setting(database)


def with_a_setting(database: Database) -> Database:
    database.sql("INSERT INTO system_appsetting (key, value) VALUES ('mine', 'v')")
    return database


def count_settings(database: Database) -> int:
    return int(database.sql("SELECT count(*) FROM system_appsetting WHERE key = 'mine'")[0][0])


def test_yes_makes_it_new(any_database: Database) -> None:
    database = any_database
    done = database.manage("reset_database", "--yes")
    assert done.returncode == 0, done.stderr
    assert "is new and empty" in done.stdout
    assert count_settings(database) == 0
    assert database.sql("SELECT count(*) FROM django_migrations")[0][0] > 0


def test_production_refuses(tmp_path: Path) -> None:
    database = Database(tmp_path)
    done = database.manage("reset_database", "--yes", CLAUDEOPS_ENV="production")
    assert done.returncode == 1
    assert "refused in production" in done.stderr
    assert not list(tmp_path.glob("*.db"))


def test_without_a_yes_nothing_changes(file_database: Database) -> None:
    done = file_database.manage("reset_database")
    assert done.returncode == 1
    assert "This deletes" in done.stdout
    assert "Nothing was changed." in done.stderr
    assert count_settings(file_database) == 1


def test_a_database_in_use_is_left_alone(file_database: Database) -> None:
    with closing(sqlite3.connect(file_database.file)) as other:
        other.execute("SELECT count(*) FROM system_appsetting").fetchone()
        done = file_database.manage("reset_database", "--yes")
    assert done.returncode == 1
    assert "stop ClaudeOps first" in done.stderr
    assert count_settings(file_database) == 1


def test_a_broken_file_and_its_log_go(tmp_path: Path) -> None:
    database = Database(tmp_path)
    database.file.write_bytes(b"no database at all" * 100)
    Path(f"{database.file}-wal").write_bytes(b"rubbish")
    done = database.manage("reset_database", "--yes")
    assert done.returncode == 0, done.stderr
    assert count_settings(database) == 0
