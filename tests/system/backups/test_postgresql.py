"""PostgreSQL: dumped in one snapshot, restored into a new database, which takes the name of the old one."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import environ
import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from system import app_settings
from system.alerts import raise_alert
from system.backups.duties import drill_newest
from system.backups.errors import BackupError
from system.backups.postgres_server import environment, swap_databases
from system.backups.store import Stored, stored_in
from system.errors import AlreadySaid
from system.models import Alert, AppSetting, Backup, Severity
from tests.databases import SERVER, new_postgresql
from tests.faults.fixtures import inside
from tests.faults.home import Home, eventually
from tests.system.backups.taking import take, write

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def url(postgres_template: str) -> Iterator[str]:
    """That of a database that the tests of this file share: making one takes a second."""
    with new_postgresql(postgres_template) as url:
        yield url


@pytest.fixture
def place(
    url: str,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Home]:
    """A home on that database; whatever was made beside it is dropped."""
    config = environ.Env.db_url_config(url)
    with django_db_blocker.unblock(), inside(tmp_path, settings, OPTIONS={}, **config):
        settings.BACKUP_DIR = tmp_path / "backups"
        monkeypatch.setenv("DATABASE_URL", url)
        for model in (AppSetting, Alert, Backup):
            model._default_manager.all().delete()
        on_server("DELETE FROM django_migrations WHERE name LIKE '0999%'", live())
        AppSetting.objects.create(key="mine", value="before")
        yield Home(tmp_path, url)
        connection.close()
        for name in beside():
            on_server(f"DROP DATABASE {name} WITH (FORCE)")


def live() -> str:
    return str(connection.settings_dict["NAME"])


def on_server(statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
    with closing(psycopg.connect(f"{SERVER.rpartition('/')[0]}/{database}", autocommit=True)) as server:
        cursor = server.execute(statement)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def beside() -> list[str]:
    """The databases that were made of ours."""
    return [name for (name,) in on_server(f"SELECT datname FROM pg_database WHERE datname LIKE '{live()}_%'")]


def restore(*arguments: str) -> str:
    out = StringIO()
    connection.close()
    call_command("restore", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_all_is_as_it_was_and_what_it_replaces_is_kept(place: Home) -> None:
    stored = take()
    assert stored.file.suffix == ".dump"
    write("after")
    told = restore(stored.name)
    (kept,) = beside()
    assert f"What was there before is kept: {kept}" in told
    assert AppSetting.objects.get(key="mine").value == "before"
    assert on_server("SELECT value FROM system_appsetting WHERE key = 'mine'", kept) == [("after",)]
    AppSetting.objects.create(key="another", value="")  # the sequences know what was there


def test_one_does_not_go_before_the_other_can_come(place: Home) -> None:
    connection.close()
    with pytest.raises(BackupError, match="no_such_database"):
        swap_databases(live(), "no_such_database", f"{live()}_replaced")
    assert AppSetting.objects.get(key="mine").value == "before"
    assert beside() == []


def test_what_is_counted_is_what_is_dumped_while_others_write(place: Home) -> None:
    done = threading.Event()

    def go_on() -> None:
        for number in range(100_000):
            raise_alert(kind="load", key=f"{number}", severity=Severity.INFO, title="load")
            if done.is_set():
                break
        connections.close_all()

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        eventually("it writes", lambda: Alert.objects.count() > 10)
        stored = take()
    finally:
        done.set()
        writer.join()
    counted = stored.manifest.rows["system_alert"]
    assert 10 < counted < Alert.objects.count()
    restore(stored.name)
    assert Alert.objects.count() == counted


def test_an_older_schema_is_brought_up_to_date_aside(place: Home) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'django_q' AND name >= '0018'")
        cursor.execute("DROP INDEX success_index")
    assert "2 migrations were applied to it." in restore(take().name)
    assert on_server("SELECT 1 FROM pg_indexes WHERE indexname = 'success_index'", live())


def test_a_newer_schema_is_refused(place: Home) -> None:
    statement = (
        "INSERT INTO django_migrations (app, name, applied) VALUES ('system', '0999_of_tomorrow', now())"
    )
    on_server(statement, live())
    with pytest.raises(CommandError, match="newer schema"):
        restore(take().name)
    assert beside() == []


def test_somebody_who_is_connected_is_in_the_way(place: Home) -> None:
    stored = take()
    with (
        closing(psycopg.connect(f"{SERVER.rpartition('/')[0]}/{live()}", application_name="a console")),
        pytest.raises(
            CommandError, match=r"is in use \(a console from 127\.0\.0\.1\): stop ClaudeOps on all hosts"
        ),
    ):
        restore(stored.name)
    assert beside() == []


def test_a_drill_restores_it_and_leaves_nothing(place: Home) -> None:
    app_settings.set_value("backup.enabled", True)
    call_command("backup", stdout=StringIO())
    assert "Restored" in drill_newest(timezone.now())
    assert Backup.objects.get().drill_passed is True
    assert beside() == []
    (stored,) = stored_in(django_settings.BACKUP_DIR)
    out = StringIO()
    call_command("verify_backup", stored.name, stdout=out)
    assert f"{stored.name}: right" in out.getvalue()
    stored.file.write_bytes(stored.file.read_bytes()[:-1])
    with pytest.raises(AlreadySaid, match="it is not whole"):
        drill_newest(timezone.now())


def test_without_pg_dump_it_says_what_to_install(place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(place.directory))
    with pytest.raises(CommandError, match=r"pg_dump is not installed here: install .*-client-"):
        call_command("backup")
    assert Backup.objects.get().state == "failed"


@contextmanager
def a_program(place: Home, monkeypatch: pytest.MonkeyPatch, name: str, script: str) -> Iterator[None]:
    program = place.directory / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(place.directory), prepend=":")
        yield


def test_one_that_is_older_than_the_server_is_refused(place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        a_program(place, monkeypatch, "pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'"),
        pytest.raises(CommandError, match=r"pg_dump is older than the server, which is \d+ .*9\.6\.24"),
    ):
        call_command("backup")


def test_the_password_is_in_no_argv_and_no_error(
    place: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = place.directory / "seen"
    script = f"""[ "$1" = --version ] && exec echo 'pg_dump (PostgreSQL) 99.1'
echo "$@" > {seen}; echo "failed with $PGPASSWORD" >&2; exit 3"""
    settings.DATABASES["default"]["PASSWORD"] = "correct-horse-battery"
    connection.settings_dict["PASSWORD"] = "correct-horse-battery"
    assert environment()["PGPASSWORD"] == "correct-horse-battery"
    with (
        a_program(place, monkeypatch, "pg_dump", script),
        pytest.raises(CommandError, match=r"pg_dump failed with exit code 3: failed with \[redacted\]"),
    ):
        call_command("backup")
    assert "--format=custom" in seen.read_text()
    assert "correct-horse" not in seen.read_text()


def test_rights_that_are_missing_are_named(place: Home) -> None:
    stored = take()
    role = f"{live()}_guest"
    on_server(f"CREATE ROLE {role} LOGIN")
    try:
        connection.settings_dict["USER"] = role
        with pytest.raises(
            CommandError, match=f"The database user {role} may not create databases: .*CREATEDB"
        ):
            restore(stored.name)
    finally:
        connection.settings_dict["USER"] = "postgres"
        connection.close()
        on_server(f"DROP ROLE {role}")
    assert beside() == []


def restoring(stored: Stored) -> int:
    """The pid of a process that restores it."""
    connections.close_all()
    if child := os.fork():
        return child
    os.setsid()
    try:
        restore(str(stored.file))
    finally:
        os._exit(0)


MADE = "SELECT 1 FROM pg_database WHERE datname LIKE '{live}_scratch_%'"
FILLED = "SELECT 1 FROM pg_stat_activity WHERE datname LIKE '{live}_%' AND application_name = 'pg_restore'"


def test_killed_it_leaves_the_old_one_and_the_next_one_cleans_up(place: Home) -> None:
    stored = take()
    write("after")
    for point in (MADE, FILLED):
        child = restoring(stored)
        eventually(point, lambda point=point: on_server(point.format(live=live())))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert AppSetting.objects.get(key="mine").value == "after"
    restore(str(stored.file))
    assert AppSetting.objects.get(key="mine").value == "before"
    assert [name for name in beside() if "_scratch_" in name] == []
