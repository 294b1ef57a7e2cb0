"""A backup: what is in it, what stands beside it, who can read it, and what must not be there."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from system.backups.drafts import live_file
from system.backups.errors import BackupError
from system.backups.sqlite_file import copy_database
from system.backups.verifying import verify_stored
from tests.faults.home import Home
from tests.system.backups.taking import expanded, mine, names_in, take, write


def test_it_holds_what_the_database_held_and_says_so(place: Home) -> None:
    write("of this moment")
    stored = take()
    write("of later")
    database = expanded(stored, place.directory / "elsewhere.db")
    assert mine(database) == "of this moment"
    with closing(sqlite3.connect(database)) as copy:
        tables = copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        )
        names = [name for (name,) in tables.fetchall()]
        rows = {name: copy.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
        applied = copy.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id").fetchall()
    told = json.loads(stored.manifest_file.read_text())
    assert told["rows"] == rows
    assert told["migrations"] == [name for (name,) in applied]
    assert told["size"] == stored.file.stat().st_size
    assert told["sha256"] == sha256(stored.file.read_bytes()).hexdigest()
    assert told["database_size"] == database.stat().st_size
    assert (told["engine"], told["database"], told["claudeops"]) == ("sqlite", "test.db", settings.VERSION)


def test_its_name_is_the_time_and_only_its_owner_reads_it(place: Home) -> None:
    stored = take()
    assert re.fullmatch(r"backup-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.db\.gz", stored.file.name)
    assert names_in(settings.BACKUP_DIR) == {stored.file.name, f"{stored.file.name}.json"}
    assert settings.BACKUP_DIR.stat().st_mode & 0o777 == 0o700
    for file in (stored.file, stored.manifest_file):
        assert file.stat().st_mode & 0o777 == 0o600


def test_what_stands_in_the_log_alone_is_in_it(place: Home) -> None:
    live = live_file()
    write("in the log")
    assert Path(f"{live}-wal").stat().st_size > 0
    assert b"in the log" not in live.read_bytes()
    assert mine(expanded(take(), place.directory / "elsewhere.db")) == "in the log"


def test_without_a_log_none_is_left_behind(place: Home) -> None:
    connection.close()
    log = Path(f"{live_file()}-wal")
    assert not log.exists()
    assert mine(expanded(take(), place.directory / "elsewhere.db")) == "before"
    assert not log.exists()


def test_uncompressed_it_is_the_database_itself(place: Home) -> None:
    stored = take(packed=False)
    assert stored.file.suffix == ".db"
    assert mine(stored.file) == "before"
    verify_stored(stored)


def test_no_key_is_in_it_and_the_manifest_says_what_to_keep_apart(place: Home) -> None:
    stored = take()
    database = expanded(stored, place.directory / "elsewhere.db")
    content = database.read_bytes() + stored.manifest_file.read_bytes()
    for key in (settings.SECRET_KEY, *settings.ENCRYPTION_KEYS):
        assert key.encode() not in content
    told = json.loads(stored.manifest_file.read_text())["keep_apart"]
    assert "encryption_key" in told
    assert "secret_key" in told


def test_a_database_that_is_not_there_makes_none(place: Home) -> None:
    nowhere = place.directory / "nowhere.db"
    with pytest.raises(BackupError, match=r"There is no database at .*nowhere\.db"):
        copy_database(nowhere, place.directory / "copy.db")
    assert not nowhere.exists()


@pytest.mark.parametrize("vanish", [Path.unlink, lambda path: path.with_suffix(".new").replace(path)])
def test_one_that_goes_meanwhile_is_nobodys_any_more(place: Home, vanish: Callable[[Path], object]) -> None:
    live = live_file()
    live.with_suffix(".new").write_bytes(b"another one")

    def go(step: str, done: int, total: int | None) -> None:
        vanish(live)

    with pytest.raises(BackupError, match="deleted or replaced while it was copied"):
        copy_database(live, place.directory / "copy.db", go)
    (place.directory / "copy.db").replace(live)
