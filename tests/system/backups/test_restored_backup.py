"""A backup becomes the database again: all of it, at once, and what was there before is kept."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from executions.models import Execution
from executions.services import claim_execution, create_execution
from system.backups.drafts import live_file
from system.backups.schema import known_migrations
from system.models import AppSetting, AuditEntry, Backup
from tests.faults.home import Home, eventually
from tests.system.backups.taking import change_manifest, mine, names_in, take, write


def restore(*arguments: str) -> str:
    out = StringIO()
    call_command("restore", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def replaced_in(place: Home) -> list[Path]:
    return sorted(place.directory.glob("*.replaced-*.db"))


def test_all_is_as_it_was_and_what_it_replaces_is_kept(place: Home) -> None:
    stored = take()
    write("after")
    told = restore(stored.name)
    (kept,) = replaced_in(place)
    assert f"What was there before is kept: {kept}" in told
    assert (mine(live_file()), mine(kept)) == ("before", "after")
    assert AppSetting.objects.get(key="mine").value == "before"
    assert AuditEntry.objects.get().action == "database.restore"


def test_no_log_and_no_scratch_are_left(place: Home) -> None:
    write("in the log")
    before = names_in(place.directory)
    assert "test.db-wal" in before
    stored = take()
    restore(stored.name)
    left = names_in(place.directory) - before
    assert left == {"backups", "backup.lock", "use.lock", replaced_in(place)[0].name}
    assert not {"test.db-wal", "test.db-shm"} & names_in(place.directory)
    assert mine(live_file()) == "in the log"


def test_the_owner_and_mode_of_the_file_stay(place: Home) -> None:
    stored = take()
    live_file().chmod(0o640)
    restore(str(stored.file))
    assert live_file().stat().st_mode & 0o777 == 0o640


def test_it_says_what_will_run_and_what_was_cut_off(place: Home) -> None:
    for _ in range(3):
        create_execution(agent_type="a", node_id="localhost")
    claim_execution(create_execution(agent_type="a", node_id="localhost")[0].pk, owner="localhost:1")
    Execution.objects.update(lease_until=timezone.now())
    told = restore(take().name)
    assert "3 executions that waited then will run, and 1 that ran then are settled" in told
    place.manage("clock")
    eventually("it is settled", lambda: place.count(status="running") == 0)


def test_backups_that_are_newer_than_the_restored_database_are_known_again(place: Home) -> None:
    call_command("backup", stdout=StringIO())
    first = Backup.objects.get()
    call_command("backup", stdout=StringIO())
    restore(first.name)
    assert Backup.objects.count() == 2
    assert set(Backup.objects.values_list("state", flat=True)) == {"completed"}


def test_where_there_was_none_it_is_simply_there(place: Home) -> None:
    stored = take()
    connection.close()
    live_file().unlink()
    Path(f"{live_file()}-wal").write_bytes(b"of a database that is gone")
    assert "kept" not in restore(stored.name)
    assert mine(live_file()) == "before"


def test_where_a_file_can_have_one_name_only_it_is_copied(
    place: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    stored = take()
    write("after")
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    restore(stored.name)
    (kept,) = replaced_in(place)
    assert (mine(live_file()), mine(kept)) == ("before", "after")


def test_a_damaged_database_is_replaced_and_kept(place: Home) -> None:
    stored = take()
    connection.close()
    content = bytearray(live_file().read_bytes())
    content[100:4096] = b"\xff" * 3996  # what its tables are
    live_file().write_bytes(content)
    restore(stored.name)
    (kept,) = replaced_in(place)
    assert b"\xff" * 3000 in kept.read_bytes()
    assert mine(live_file()) == "before"


def test_what_is_no_database_is_replaced_and_its_log_goes_with_it(place: Home) -> None:
    stored = take()
    connection.close()
    live = live_file()
    live.write_bytes(b"no database at all" * 1000)
    Path(f"{live}-wal").write_bytes(b"its log")
    restore(stored.name)
    (kept,) = replaced_in(place)
    assert kept.read_bytes().startswith(b"no database")
    assert Path(f"{kept}-wal").read_bytes() == b"its log"
    assert mine(live) == "before"


def test_an_older_schema_is_brought_up_to_date_aside(place: Home) -> None:
    # The last migration of an app that none of ours depends on, with all that it made.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'django_q' AND name LIKE '0018%'")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'django_q' AND name LIKE '0019%'")
        cursor.execute("DROP INDEX success_index")
    stored = take()
    assert "2 migrations were applied to it." in restore(stored.name)
    with closing(sqlite3.connect(live_file())) as database:
        applied = database.execute("SELECT app || '.' || name FROM django_migrations").fetchall()
        assert {name for (name,) in applied} == known_migrations()
        assert database.execute("SELECT 1 FROM sqlite_master WHERE name = 'success_index'").fetchall()


NEWER = (
    "INSERT INTO django_migrations (app, name, applied) VALUES ('system', '0999_of_tomorrow', '2027-01-01')"
)


def test_a_newer_schema_is_refused(place: Home) -> None:
    connection.cursor().execute(NEWER)
    stored = take()
    with pytest.raises(CommandError, match=r"of a newer schema.*does not know system\.0999_of_tomorrow"):
        restore(stored.name)
    told = [name for name in stored.manifest.migrations if name != "system.0999_of_tomorrow"]
    change_manifest(stored, migrations=told)  # whatever the manifest says, the database is looked into
    with pytest.raises(CommandError, match="newer schema"):
        restore(stored.name)
    assert replaced_in(place) == []


def test_a_file_that_is_not_what_was_written_is_refused(place: Home) -> None:
    stored = take()
    write("after")
    stored.file.write_bytes(stored.file.read_bytes()[:-1] + b"x")
    with pytest.raises(CommandError, match="checksum"):
        restore(stored.name)
    assert (mine(live_file()), replaced_in(place)) == ("after", [])


def test_one_of_the_other_engine_is_refused(place: Home) -> None:
    stored = take()
    change_manifest(stored, engine="postgresql")
    with pytest.raises(CommandError, match="is of postgresql, and the database here is sqlite"):
        restore(stored.name)


@pytest.mark.parametrize("given", [[], ["--yes-replace", "production.db"]])
def test_production_has_to_be_named(place: Home, settings: Settings, given: list[str]) -> None:
    stored = take()
    settings.ENVIRONMENT = "production"
    with pytest.raises(CommandError, match=r"--yes-replace test\.db|here is test\.db, not production\.db"):
        restore(stored.name, *given)
    assert replaced_in(place) == []
    restore(stored.name, "--yes-replace", "test.db")
    assert len(replaced_in(place)) == 1


def test_a_key_that_is_missing_is_told_of(place: Home) -> None:
    stored = take()
    assert "encryption key" not in restore(stored.name)
    change_manifest(stored, keys=["0123456789abcdef"])
    assert "sealed with an encryption key that is not known here" in restore(stored.name)


def test_a_program_that_has_the_database_open_is_in_the_way(place: Home) -> None:
    stored = take()
    with closing(sqlite3.connect(live_file())) as other:
        other.execute("SELECT count(*) FROM system_node").fetchone()
        with pytest.raises(CommandError, match=r"has .*test\.db open: stop ClaudeOps first"):
            restore(stored.name)
    assert replaced_in(place) == []


def test_while_claudeops_runs_it_is_refused_and_the_other_way_round(place: Home) -> None:
    stored = take()
    clock = place.manage("clock")
    eventually("it runs", lambda: place.said("Clock of node"))
    with pytest.raises(CommandError, match="stop all of its processes"):
        restore(stored.name)
    clock.terminate()
    clock.wait(10)
    holder = "from claudeops.processes.data_lock import *; from pathlib import Path; import sys, time\n"
    holder += "with emptied_data_directory(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(django_settings.DATA_DIR)], stdout=subprocess.PIPE
    ) as restoring:
        assert restoring.stdout is not None
        restoring.stdout.readline()
        assert place.manage("worker").wait(20) == 1
        restoring.kill()
    assert place.said("is being restored; start again when that has ended")
