"""The rows of Backup, for people to look at: written here alone. What is true, the directory says."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from system.backups.manifest import as_json
from system.backups.naming import name_of
from system.backups.store import Stored
from system.models import Backup, BackupState
from system.redaction import default_redactor

LOST = "It was cut off: its process ended in the middle."
GONE = "Its file is gone: somebody deleted it, or its disk is not there."
KEPT_FAILURES = timedelta(days=90)
LONGEST_TEXT = 2000


def queue_backup(*, asked_by: str) -> Backup:
    """To be taken by the next run of the daily job, whatever the settings say. The caller asks for that run.

    One that waits already will do.
    """
    waiting = Backup.objects.queued().order_by("pk").first()
    return waiting or Backup.objects.create(
        name=name_of(timezone.now()),
        state=BackupState.QUEUED,
        trigger=Backup.Trigger.MANUAL,
        asked_by=asked_by[:150],
        node_id=settings.NODE_NAME,
    )


def begin_backup(*, trigger: Backup.Trigger, asked_by: str = "", queued: Backup | None = None) -> Backup:
    """The row of one that begins now, and has its name from now."""
    now = timezone.now()
    begun: dict[str, Any] = {
        "name": name_of(now), "state": BackupState.RUNNING, "started_at": now, "node_id": settings.NODE_NAME
    }  # fmt: skip
    if queued is not None:
        same = Backup.objects.queued().filter(pk=queued.pk)
        if same.update(**begun):
            return Backup.objects.get(pk=queued.pk)
    return Backup.objects.create(trigger=trigger, asked_by=asked_by[:150], **begun)


def complete_backup(backup: Backup, stored: Stored) -> None:
    """It is there and has just been checked."""
    now = timezone.now()
    _running(backup).update(**_found(stored), state=BackupState.COMPLETED, ended_at=now, verified_at=now)
    backup.refresh_from_db()


def fail_backup(backup: Backup, error: str) -> None:
    _running(backup).update(state=BackupState.FAILED, ended_at=timezone.now(), error=_shown(error))
    backup.refresh_from_db()


def _running(backup: Backup) -> Any:
    return Backup.objects.filter(pk=backup.pk, state=BackupState.RUNNING)


def _found(stored: Stored) -> dict[str, Any]:
    manifest = stored.manifest
    return {
        "path": str(stored.file),
        "engine": manifest.engine,
        "size_bytes": manifest.size,
        "sha256": manifest.sha256,
        "manifest": as_json(manifest),
    }


def note_verified(backup: Backup, error: str = "") -> None:
    """What a check of the whole file found; one that fails is no good backup any more."""
    Backup.objects.filter(pk=backup.pk).update(verify_asked_at=None)
    good = Backup.objects.filter(pk=backup.pk, state=BackupState.COMPLETED)
    if error:
        good.update(state=BackupState.FAILED, error=_shown(error), verified_at=None)
    else:
        Backup.objects.filter(pk=backup.pk, path__gt="").update(
            state=BackupState.COMPLETED, error="", verified_at=timezone.now()
        )
    backup.refresh_from_db()


def note_drill(backup: Backup, *, passed: bool, detail: str) -> None:
    backup.drilled_at, backup.drill_passed, backup.drill_detail = timezone.now(), passed, _shown(detail)
    backup.save(update_fields=["drilled_at", "drill_passed", "drill_detail"])


def note_copy(backup: Backup, destination: str, error: str = "") -> None:
    if error:
        backup.copy_error = _shown(error)
    else:
        backup.copied_to, backup.copied_at, backup.copy_error = destination, timezone.now(), ""
    backup.save(update_fields=["copied_to", "copied_at", "copy_error"])


def ask_to_verify(backup: Backup) -> None:
    backup.verify_asked_at = timezone.now()
    backup.save(update_fields=["verify_asked_at"])


def forget_backup(name: str) -> None:
    Backup.objects.filter(name=name).delete()


def sync_rows(found: list[Stored], now: datetime) -> None:
    """Make the rows of this node tell what its directory holds, whatever was killed, deleted or restored.

    The caller holds locking.one_at_a_time: what seems to be running here is not. Mostly there is nothing to
    do, and nothing is written: on a busy database even that has to wait its turn.
    """
    known = {backup.name: backup for backup in Backup.objects.defer("manifest")}
    for stored in found:
        if stored.manifest.is_ours:
            _adopt(stored, known.get(stored.name))
    ours = Backup.objects.filter(node_id=settings.NODE_NAME)
    lost = ours.filter(state=BackupState.RUNNING)
    if lost.exists():
        lost.update(state=BackupState.FAILED, ended_at=now, error=LOST)
    old = ours.filter(state=BackupState.FAILED, started_at__lt=now - KEPT_FAILURES)
    if old.exists():
        old.delete()
    gone = [backup.pk for backup in ours.filter(state=BackupState.COMPLETED) if not backup.is_here]
    if gone:
        ours.filter(pk__in=gone).update(state=BackupState.FAILED, error=GONE, verified_at=None)


def _adopt(stored: Stored, known: Backup | None) -> None:
    """The row of what lies there; one that a check has found bad stays so."""
    created = stored.manifest.created_at
    values = {**_found(stored), "state": BackupState.COMPLETED, "ended_at": created, "error": ""}
    if known is None:
        Backup.objects.create(
            name=stored.name,
            trigger=stored.manifest.trigger,
            node_id=stored.manifest.node,
            started_at=created,
            **values,
        )
    elif known.state == BackupState.RUNNING or known.error in (LOST, GONE):
        Backup.objects.filter(pk=known.pk, state=known.state).update(**values)


def _shown(text: str) -> str:
    return default_redactor().redact(text.replace("\0", ""))[:LONGEST_TEXT]
