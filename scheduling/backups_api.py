"""Backups. What a person asks of them goes through the queue of jobs, so their routes are here."""

from typing import Any

from django.http import FileResponse, HttpRequest
from ninja import Query, Router, Status

from scheduling.backups import ask_for_backup, ask_for_verification
from system.authentication import actor_of, require
from system.backups.downloads import download, find_backup
from system.backups.schemas import BackupDetail, BackupFilters, BackupId, BackupList, BackupOut
from system.models import Backup
from system.paging import given, page_of
from system.roles import Role
from system.wire import Problem

router = Router(tags=["system"], auth=require(Role.ADMIN))

FILE = {
    "responses": {
        200: {
            "description": "OK",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.get("/backups", response=BackupList, auth=require(Role.VIEWER))
def backups(request: HttpRequest, filters: Query[BackupFilters]) -> dict[str, Any]:
    """Those of all hosts, the newest first; what failed stays for 90 days."""
    rows = Backup.objects.defer("manifest").filter(**given({"state": filters.state}))
    return page_of(rows, filters)


@router.post("/backups", response={202: BackupOut, 409: Problem})
def back_up(request: HttpRequest) -> Status[Backup]:
    """Take one now, whatever the settings say. 409 while one waits or is under way."""
    return Status(202, ask_for_backup(by=actor_of(request)))


@router.get("/backups/{backup_id}", response={200: BackupDetail, 404: Problem}, auth=require(Role.VIEWER))
def backup(request: HttpRequest, backup_id: BackupId) -> Backup:
    """One backup, with its manifest: what stands in it, and how it was checked, tried and copied."""
    return find_backup(backup_id)


@router.post("/backups/{backup_id}/verify", response={202: BackupOut, 404: Problem, 409: Problem})
def verify(request: HttpRequest, backup_id: BackupId) -> Status[Backup]:
    """Its node reads all of it: `verified_at` or `error` then tells what was found. 409 while others wait."""
    return Status(202, ask_for_verification(find_backup(backup_id), by=actor_of(request)))


@router.get("/backups/{backup_id}/download", response={404: Problem, 409: Problem}, openapi_extra=FILE)
def download_backup(request: HttpRequest, backup_id: BackupId) -> FileResponse:
    """The file itself. It holds everything but the keys: keep it as you would keep the database.

    409 where it lies on another host.
    """
    return download(find_backup(backup_id), by=actor_of(request))
