"""Backups over the API: seen by everybody, asked for and taken home by admins, done by jobs."""

import pytest
from django.http import FileResponse
from django.utils import timezone

from scheduling.job_runs import run_queued
from scheduling.models import JobRun
from system.backups.duties import take_daily
from system.backups.rows import queue_backup
from system.models import AuditEntry, Backup
from system.roles import Role
from tests.api_clients import ApiClient
from tests.faults.home import Home


@pytest.fixture
def admin(place: Home) -> ApiClient:
    return ApiClient(Role.ADMIN)


@pytest.fixture
def backup(place: Home) -> Backup:
    queue_backup(asked_by="owner")
    take_daily(timezone.now())
    return Backup.objects.get()


def work() -> None:
    """What a worker does with the jobs that wait."""
    for run in JobRun.objects.filter(state="queued"):
        run_queued(run.pk, owner="localhost/1")


def test_one_is_asked_for_and_taken_by_a_worker(admin: ApiClient) -> None:
    answer = admin.post("/system/backups")
    assert answer.status_code == 202
    asked = answer.json()
    assert (asked["state"], asked["trigger"], asked["asked_by"]) == ("queued", "manual", "admin of the test")
    again = admin.post("/system/backups")
    assert again.status_code == 409
    assert "daily-backup is queued already" in again.json()["detail"]
    work()
    found = admin.get(f"/system/backups/{asked['id']}").json()
    assert (found["state"], found["is_here"]) == ("completed", True)
    assert found["sha256"] == found["manifest"]["sha256"]
    assert found["verified_at"] is not None


def test_a_list_has_the_newest_first(admin: ApiClient, backup: Backup) -> None:
    queue_backup(asked_by="owner")
    listed = ApiClient(Role.VIEWER).get("/system/backups").json()
    assert listed["count"] == 2
    assert [item["state"] for item in listed["items"]] == ["queued", "completed"]
    completed = admin.get("/system/backups?state=completed").json()
    assert [item["id"] for item in completed["items"]] == [backup.pk]
    assert admin.get("/system/backups?state=lost").status_code == 422


def test_a_verification_is_asked_for_and_done(admin: ApiClient, backup: Backup) -> None:
    before = backup.verified_at
    answer = admin.post(f"/system/backups/{backup.pk}/verify")
    assert answer.status_code == 202
    assert answer.json()["verify_asked_at"] is not None
    work()
    backup.refresh_from_db()
    assert before is not None
    assert backup.verified_at is not None
    assert backup.verified_at > before
    assert backup.verify_asked_at is None


def test_one_without_a_file_cannot_be_verified_or_downloaded(admin: ApiClient) -> None:
    queued = queue_backup(asked_by="owner")
    for answer in (
        admin.post(f"/system/backups/{queued.pk}/verify"),
        admin.get(f"/system/backups/{queued.pk}/download"),
    ):
        assert answer.status_code == 409
        assert "is queued: there is no file" in answer.json()["detail"]
    assert admin.get("/system/backups/999/download").status_code == 404
    assert not JobRun.objects.exists()


def test_a_download_is_the_file_streamed_and_on_record(admin: ApiClient, backup: Backup) -> None:
    response = admin.get(f"/system/backups/{backup.pk}/download")
    assert isinstance(response, FileResponse)
    assert b"".join(response) == backup.file.read_bytes()
    assert response.headers["Content-Disposition"] == f'attachment; filename="{backup.file.name}"'
    assert response.headers["Content-Length"] == str(backup.size_bytes)
    assert response.headers["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(action="backup.download", target=backup.name).count() == 1


def test_one_of_another_host_is_named_with_its_place(admin: ApiClient, backup: Backup) -> None:
    Backup.objects.update(path=f"/srv/{backup.file.name}", node_id="cellar")
    answer = admin.get(f"/system/backups/{backup.pk}/download")
    assert answer.status_code == 409
    assert f"lies on node cellar (/srv/{backup.file.name})" in answer.json()["detail"]
    assert admin.get(f"/system/backups/{backup.pk}").json()["is_here"] is False


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_others_only_look(backup: Backup, role: Role) -> None:
    client = ApiClient(role)
    assert client.get(f"/system/backups/{backup.pk}").status_code == 200
    assert client.get(f"/system/backups/{backup.pk}/download").status_code == 403
    assert client.post(f"/system/backups/{backup.pk}/verify").status_code == 403
    assert client.post("/system/backups").status_code == 403
