"""A second copy, in another directory or on a remote of rclone; a failure there leaves the first one good."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from system import app_settings
from system.backups.duties import take_daily
from system.backups.store import open_stored, stored_in
from system.backups.verifying import verify_stored
from system.counters import counted
from system.errors import Invalid
from system.models import Alert, Backup
from tests.faults.home import Home
from tests.system.backups.taking import change_manifest, names_in

RCLONE = Path(__file__).with_name("rclone")


@pytest.fixture(autouse=True)
def _switched_on(place: Home) -> None:
    app_settings.set_value("backup.enabled", True)


@pytest.fixture
def other(place: Home) -> Path:
    """Another disk, to which backups are copied."""
    directory = place.directory / "other disk"
    directory.mkdir()
    app_settings.set_value("backup.copy_to", str(directory))
    return directory


@pytest.fixture
def remotes(place: Home, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the remotes of a program called rclone are."""
    directory, programs = place.directory / "remotes", place.directory / "programs"
    directory.mkdir()
    programs.mkdir()
    shutil.copy(RCLONE, programs / "rclone")
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    monkeypatch.setenv("RCLONE_REMOTES", str(directory))
    app_settings.set_value("backup.copy_to", "nas:claude ops")
    return directory


def take() -> Backup:
    take_daily(timezone.now())
    return Backup.objects.latest("pk")


def test_a_directory_has_the_same_file_and_manifest(other: Path) -> None:
    backup = take()
    assert (backup.copied_to, backup.copy_error) == (str(other), "")
    assert backup.copied_at is not None
    assert names_in(other) == {backup.file.name, f"{backup.file.name}.json"}
    verify_stored(open_stored(other / backup.file.name))
    assert counted("backups") == [(("completed",), 1), (("copied",), 1)]


def test_what_is_removed_here_is_removed_there_and_nothing_else(other: Path) -> None:
    stray = other / "backup-of-somebody-else.db.gz"
    stray.touch()
    app_settings.set_value("backup.retention", {"daily": 1, "weekly": 0, "monthly": 0})
    old = take()
    long_ago = old.started_at - timedelta(days=2)
    change_manifest(open_stored(old.file), created_at=long_ago.isoformat())
    new = take()
    kept = {new.file.name, f"{new.file.name}.json"}
    assert names_in(django_settings.BACKUP_DIR) == kept
    assert names_in(other) == {stray.name, *kept}
    assert Backup.objects.get() == new


def test_a_disk_that_is_not_mounted_is_an_alert_and_the_backup_is_good(other: Path) -> None:
    other.rmdir()
    backup = take()
    assert backup.state == "completed"
    assert f"The directory {other} is not there: is its disk mounted?" in backup.copy_error
    assert not other.exists()
    said = Alert.objects.get()
    assert (said.kind, said.severity, said.subject) == ("backup-failed", "warning", "backup-copy")
    other.mkdir()
    assert take().copied_to == str(other)
    said.refresh_from_db()
    assert not said.is_open


def test_the_place_of_the_backups_themselves_is_no_second_place(place: Home) -> None:
    django_settings.BACKUP_DIR.mkdir()
    app_settings.set_value("backup.copy_to", str(django_settings.BACKUP_DIR))
    backup = take()
    assert "where the backups lie already" in backup.copy_error
    assert stored_in(django_settings.BACKUP_DIR)[0].name == backup.name


def test_a_remote_gets_file_and_manifest_and_is_compared(remotes: Path) -> None:
    backup = take()
    assert (backup.copied_to, backup.copy_error) == ("nas:claude ops", "")
    copies = remotes / "nas" / "claude ops"
    assert names_in(copies) == {backup.file.name, f"{backup.file.name}.json"}
    assert (copies / backup.file.name).read_bytes() == backup.file.read_bytes()
    calls = (remotes / "calls").read_text().splitlines()
    assert [call.split()[0] for call in calls] == ["copyto", "copyto", "check"]


def refuse(remotes: Path) -> None:
    (remotes / "refuses").touch()


def lose(remotes: Path) -> None:
    (remotes / "loses").touch()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (refuse, "rclone failed with exit code 7: couldn't connect: password=[redacted]"),
        (lose, "rclone failed with exit code 1"),
    ],
)
def test_a_remote_that_fails_is_told_of(remotes: Path, harm: Callable[[Path], None], words: str) -> None:
    harm(remotes)
    backup = take()
    assert words in backup.copy_error
    assert (backup.state, backup.copied_to) == ("completed", "")
    assert Alert.objects.get().subject == "backup-copy"


def test_a_program_that_is_not_there_is_named(remotes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(remotes / "nothing"))
    assert "The program rclone is not installed here: install rclone" in take().copy_error


def test_what_is_removed_here_is_removed_from_the_remote(remotes: Path) -> None:
    app_settings.set_value("backup.retention", {"daily": 1, "weekly": 0, "monthly": 0})
    old = take()
    change_manifest(open_stored(old.file), created_at=(old.started_at - timedelta(days=2)).isoformat())
    new = take()
    assert names_in(remotes / "nas" / "claude ops") == {new.file.name, f"{new.file.name}.json"}


def test_it_sees_no_key_of_ours(remotes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-not-for-rclone")
    program = remotes.parent / "programs" / "rclone"
    program.write_text(f'#!/bin/sh\nenv > "{remotes}/seen"\n')
    take()
    assert "RCLONE_REMOTES" in (remotes / "seen").read_text()
    assert "sk-ant" not in (remotes / "seen").read_text()


@pytest.mark.parametrize("text", ["relative/path", "-rf:x", "nas", "nas:a\nb", ":local:/etc", "--config=x:y"])
def test_what_is_neither_a_directory_nor_a_remote_is_refused(place: Home, text: str) -> None:
    with pytest.raises(Invalid):
        app_settings.set_value("backup.copy_to", text)


@pytest.mark.parametrize("text", ["", "/mnt/nas/claude ops", "nas:", "b2-eu:bucket/claudeops", "s3:"])
def test_what_is_one_is_taken(place: Home, text: str) -> None:
    app_settings.set_value("backup.copy_to", text)
    assert app_settings.get("backup.copy_to") == text
