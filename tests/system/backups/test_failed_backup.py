"""A backup that cannot be taken leaves nothing behind, says why, and says so once until it works again."""

import ctypes
import os
import resource
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from pytest_django import Settings

from system.backups import store
from system.backups.locking import one_at_a_time
from system.counters import counted
from system.models import Alert, AppSetting, Backup
from tests.faults.home import Home
from tests.system.backups.taking import names_in

MIB = 2**20


def back_up() -> str:
    out = StringIO()
    call_command("backup", stdout=out, stderr=out)
    return out.getvalue()


def in_child(prepare: Callable[[], object]) -> str:
    """What the command says in a process of its own, which `prepare` takes something from."""
    connections.close_all()
    reading, writing = os.pipe()
    if not (child := os.fork()):
        prepare()
        try:
            words = back_up()
        except BaseException as error:  # noqa: BLE001 (the end of this process)
            words = f"{type(error).__name__}: {error}"
        os.write(writing, words.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def fill_the_disk() -> None:
    """No file may grow over half a MiB; the database is larger, and Python ignores the signal."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB // 2, MIB // 2))


def obey_modes() -> None:
    """Root may write everywhere; without its capabilities it may not (Linux, capset(2))."""
    if sys.platform == "linux" and os.geteuid() == 0:
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        assert ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)()) == 0


def test_a_full_disk(place: Home) -> None:
    said = in_child(fill_the_disk)
    assert said.startswith("CommandError: ")
    assert "disk" in said or "large" in said
    assert names_in(django_settings.BACKUP_DIR) == set()
    failed = Backup.objects.get()
    assert failed.state == "failed"
    assert failed.error in said
    assert back_up()


def test_a_disk_that_will_be_full_is_told_of_before(place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "RESERVE", 2**60)
    with pytest.raises(
        CommandError, match=r"A backup needs about .* TiB in .*, and .* are free: make room there"
    ):
        back_up()
    assert names_in(django_settings.BACKUP_DIR) == set()


def test_a_directory_that_nobody_may_write_into(place: Home) -> None:
    django_settings.BACKUP_DIR.mkdir(mode=0o500)
    assert "Nothing can be written into" in in_child(obey_modes)


def test_a_directory_that_cannot_be(place: Home, settings: Settings) -> None:
    settings.BACKUP_DIR = Path("/dev/null/backups")
    with pytest.raises(
        CommandError, match=r"The directory /dev/null/backups cannot be made: Not a directory"
    ):
        back_up()


def test_it_is_said_once_until_one_succeeds(place: Home, settings: Settings) -> None:
    good, settings.BACKUP_DIR = settings.BACKUP_DIR, place.directory / "log"
    settings.BACKUP_DIR.touch()
    for _ in range(3):
        with pytest.raises(CommandError):
            back_up()
    said = Alert.objects.get()
    assert (said.kind, said.severity, said.subject, said.is_open) == (
        "backup-failed",
        "critical",
        "backup",
        True,
    )
    assert "cannot be made" in said.detail
    settings.BACKUP_DIR = good
    back_up()
    said.refresh_from_db()
    assert not said.is_open
    assert Alert.objects.latest("pk").kind == "recovered"
    assert dict(counted("backups")) == {("failed",): 3, ("completed",): 1}
    settings.BACKUP_DIR = place.directory / "log"
    with pytest.raises(CommandError):
        back_up()
    assert Alert.objects.filter(kind="backup-failed").count() == 2


def test_two_do_not_run_at_once(place: Home) -> None:
    with one_at_a_time(), pytest.raises(CommandError, match=rf"under way \(process {os.getpid()}\)"):
        back_up()
    assert not Backup.objects.exists()
    back_up()


def test_a_broken_database_makes_no_backup_that_looks_good(place: Home) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (999, 999)")
    with pytest.raises(CommandError, match="foreign_key_check finds 2 problems"):
        back_up()
    assert names_in(django_settings.BACKUP_DIR) == set()
    assert AppSetting.objects.filter(key="mine").exists()
