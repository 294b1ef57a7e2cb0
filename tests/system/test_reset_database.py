import sqlite3
from contextlib import closing
from pathlib import Path

from tests.databases import Database


def filled(database: Database) -> Database:
    done = database.manage("migrate")
    assert done.returncode == 0, done.stderr
    database.sql("INSERT INTO system_appsetting (key, value) VALUES ('mine', 'v')")
    return database


def count_settings(database: Database) -> int:
    return int(database.sql("SELECT count(*) FROM system_appsetting WHERE key = 'mine'")[0][0])


def test_yes_makes_it_new(database: Database) -> None:
    filled(database)
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


def test_without_a_yes_nothing_changes(tmp_path: Path) -> None:
    database = filled(Database(tmp_path))
    done = database.manage("reset_database")
    assert done.returncode == 1
    assert "This deletes" in done.stdout
    assert "Nothing was changed." in done.stderr
    assert count_settings(database) == 1


def test_a_database_in_use_is_left_alone(tmp_path: Path) -> None:
    database = filled(Database(tmp_path))
    with closing(sqlite3.connect(database.file)) as other:
        other.execute("SELECT count(*) FROM system_appsetting").fetchone()
        done = database.manage("reset_database", "--yes")
    assert done.returncode == 1
    assert "stop ClaudeOps first" in done.stderr
    assert count_settings(database) == 1


def test_a_broken_file_and_its_log_go(tmp_path: Path) -> None:
    database = Database(tmp_path)
    database.file.write_bytes(b"no database at all" * 100)
    Path(f"{database.file}-wal").write_bytes(b"rubbish")
    done = database.manage("reset_database", "--yes")
    assert done.returncode == 0, done.stderr
    assert count_settings(database) == 0
