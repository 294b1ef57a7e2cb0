"""The page of backups: what there is, and buttons that leave the work to the queue."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scheduling.models import JobRun
from system.backups.duties import take_daily
from system.backups.rows import note_drill, queue_backup
from system.models import AuditEntry, Backup
from system.roles import Role
from tests.console import console_url, signed_in
from tests.faults.home import Home

NOW_URL = "admin:system_backup_now"


@pytest.fixture
def admin(place: Home) -> Client:
    return signed_in(Role.ADMIN)


@pytest.fixture
def backup(place: Home) -> Backup:
    queue_backup(asked_by="owner")
    take_daily(timezone.now())
    return Backup.objects.get()


def test_the_list_tells_size_age_and_what_was_checked(admin: Client, backup: Backup) -> None:
    Backup.objects.update(size_bytes=3 * 2**20, copied_to="nas:claudeops")
    note_drill(Backup.objects.get(), passed=True, detail="Restored 40 tables.")
    page = admin.get(console_url(Backup, "changelist")).content.decode()
    for text in (backup.name, "3.0 MiB", "Completed", "Restored", "nas:claudeops", "Back up now", "Verify"):
        assert text in page
    detail = admin.get(console_url(Backup, "change", backup.pk)).content.decode()
    for text in (
        backup.sha256,
        "Restored 40 tables.",
        " migrations; by ClaudeOps",
        "to be kept apart from it",
    ):
        assert text in detail


def test_back_up_now_queues_one(admin: Client) -> None:
    page = admin.post(reverse(NOW_URL), follow=True).content.decode()
    assert "A backup is queued on node localhost." in page
    assert Backup.objects.get().asked_by == "the admin"
    assert JobRun.objects.get().name == "daily-backup"
    assert "daily-backup is queued already" in admin.post(reverse(NOW_URL), follow=True).content.decode()
    assert Backup.objects.count() == 1


def test_it_takes_a_post_with_the_token(place: Home) -> None:
    strict = signed_in(Role.ADMIN, enforce_csrf=True)
    assert strict.get(reverse(NOW_URL)).status_code == 405
    assert strict.post(reverse(NOW_URL)).status_code == 403
    assert not Backup.objects.exists()


def test_verify_queues_a_job_and_download_gives_the_file(admin: Client, backup: Backup) -> None:
    page = admin.post(console_url(Backup, "verify", backup.pk), follow=True).content.decode()
    assert "will be read by node localhost" in page
    assert JobRun.objects.get().name == "verify-backups"
    response = admin.post(console_url(Backup, "download", backup.pk))
    assert b"".join(response) == backup.file.read_bytes()  # type: ignore[arg-type]
    backup.file.unlink()
    page = admin.post(console_url(Backup, "download", backup.pk), follow=True).content.decode()
    assert "there is no file here to download" in page


def test_nothing_is_given_out_but_what_lies_among_the_backups(
    admin: Client, backup: Backup, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    elsewhere.write_text("not for you")
    link = backup.file.with_name("link.db")
    link.symlink_to(elsewhere)
    for path in (elsewhere, link, backup.file.parent / ".." / ".." / elsewhere.name):
        Backup.objects.update(path=str(path))
        answer = admin.post(console_url(Backup, "download", backup.pk), follow=True)
        assert "not for you" not in answer.content.decode()
        assert "file here to download" in answer.content.decode() or "BACKUP_DIR" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="backup.download").exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_others_see_the_list_without_its_buttons(backup: Backup, role: Role) -> None:
    client = signed_in(role)
    page = client.get(console_url(Backup, "changelist")).content.decode()
    assert backup.name in page
    for text in ("Back up now", "Verify", "Download"):
        assert text not in page
    assert client.post(reverse(NOW_URL)).status_code == 403
    assert not JobRun.objects.exists()
