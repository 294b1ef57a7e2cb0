"""Whatever happens to a file or its manifest is found, and told in words."""

import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from system.backups.errors import BackupError
from system.backups.store import Stored, find_stored, stored_in
from system.backups.verifying import verify_stored
from system.models import Backup
from tests.faults.home import Home
from tests.system.backups.taking import change_manifest, expanded, names_in, take


def flip(stored: Stored) -> None:
    content = bytearray(stored.file.read_bytes())
    content[len(content) // 2] ^= 1
    stored.file.write_bytes(content)


def cut(stored: Stored) -> None:
    stored.file.write_bytes(stored.file.read_bytes()[:-1])


def forge_sum(stored: Stored) -> None:
    change_manifest(stored, sha256="0" * 64)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (flip, "is damaged: its checksum is not the one in its manifest"),
        (cut, "bytes instead of .*: it is not whole"),
        (forge_sum, "its checksum is not the one in its manifest"),
        (lambda stored: stored.file.unlink(), "There is no file"),
        (lambda stored: stored.manifest_file.unlink(), "The manifest .* is missing"),
        (lambda stored: stored.manifest_file.write_text("{"), "The manifest .* cannot be read"),
        (lambda stored: stored.manifest_file.write_text("[]"), "The manifest .* is damaged"),
        (lambda stored: change_manifest(stored, rows={"a": -1}), "damaged: rows.a does not fit"),
        (lambda stored: change_manifest(stored, file="../../etc/passwd"), "damaged: file does not fit"),
        (lambda stored: change_manifest(stored, format=2, claudeops="9.9"), "newer ClaudeOps .9.9."),
    ],
)
def test_a_harm_is_named(place: Home, harm: Callable[[Stored], object], words: str) -> None:
    stored = take()
    harm(stored)
    with pytest.raises(BackupError, match=words):
        verify_stored(find_stored(stored.file.name))


def repack(stored: Stored, content: bytes) -> None:
    """Another content under a sum that is right: as if it had been written like that."""
    stored.file.write_bytes(gzip.compress(content))
    packed = stored.file.read_bytes()
    change_manifest(stored, sha256=sha256(packed).hexdigest(), size=len(packed))


def changed_by(statement: str) -> Callable[[Home, Stored], bytes]:
    def content(place: Home, stored: Stored) -> bytes:
        file = expanded(stored, place.directory / "changed.db")
        with closing(sqlite3.connect(file)) as database, database:
            database.execute(statement)
        return file.read_bytes()

    return content


def broken_page(place: Home, stored: Stored) -> bytes:
    content = bytearray(expanded(stored, place.directory / "changed.db").read_bytes())
    content[8 * 4096 : 9 * 4096] = b"\xff" * 4096
    return bytes(content)


ORPHAN = "INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (999, 999)"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (broken_page, "integrity_check finds|is damaged"),
        (changed_by("DELETE FROM system_appsetting"), "system_appsetting has 0 instead of 1"),
        (changed_by("DROP TABLE system_node"), "system_node has no table instead of 0"),
        (changed_by(ORPHAN), "foreign_key_check finds 2 problems"),
        (lambda place, stored: b"no database" * 100, "is damaged"),
        (lambda place, stored: bytes(10 * 2**20), "becomes more than the"),
    ],
)
def test_what_is_in_it_is_checked_as_well(
    place: Home, content: Callable[[Home, Stored], bytes], words: str
) -> None:
    stored = take()
    repack(stored, content(place, stored))
    with pytest.raises(BackupError, match=words):
        verify_stored(find_stored(stored.name))
    assert names_in(settings.BACKUP_DIR) == {stored.file.name, stored.manifest_file.name}


def test_gzip_that_ends_too_early_is_damaged(place: Home) -> None:
    stored = take()
    stored.file.write_bytes(stored.file.read_bytes()[:-100])
    content = stored.file.read_bytes()
    change_manifest(stored, sha256=sha256(content).hexdigest(), size=len(content))
    with pytest.raises(BackupError, match="is damaged"):
        verify_stored(find_stored(stored.name))


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_backup", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_checks_one_or_all_and_notes_it(place: Home) -> None:
    call_command("backup", stdout=StringIO())
    call_command("backup", stdout=StringIO())
    newer, older = stored_in(settings.BACKUP_DIR)
    assert f"{older.name}: right" in said(older.name)
    assert f"{older.name}: right" in said(str(older.file))
    flip(older)
    with pytest.raises(CommandError, match=f"1 of 2 are not right: {older.name}"):
        said("--all")
    row = Backup.objects.get(name=older.name)
    assert (row.state, row.verified_at) == ("failed", None)
    assert "checksum" in row.error
    assert Backup.objects.get(name=newer.name).state == "completed"
    flip(older)
    said("--all")
    row.refresh_from_db()
    assert (row.state, row.error) == ("completed", "")


def test_a_manifest_of_another_file_is_none(place: Home) -> None:
    stored = take()
    stray = stored.file.with_name(stored.file.name.replace("backup-2", "backup-3"))
    stored.file.rename(stray)
    stored.manifest_file.rename(stray.with_name(stray.name + ".json"))
    with pytest.raises(BackupError, match="is of another file"):
        find_stored(str(stray))
    assert stored_in(settings.BACKUP_DIR) == []
