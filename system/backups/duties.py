"""What the jobs of the house do about backups (scheduling.jobs); each gives what came of it in a line."""

from contextlib import suppress
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from system import app_settings
from system.alerts import resolve_alert
from system.backups import rows
from system.backups.drilling import drill_stored
from system.backups.locking import one_at_a_time
from system.backups.running import DRILL, FAILURES, in_words, run_backup, say_damaged, say_failed
from system.backups.store import open_stored, stored_in
from system.backups.verifying import verify_stored
from system.counters import count
from system.errors import AlreadySaid, Conflict
from system.models import Backup, BackupState
from system.readable import read_bytes

OFF = "Backups are switched off (the setting backup.enabled)."


def take_daily(now: datetime) -> str:
    """The backup that a person has asked for, else the daily one. Raises AlreadySaid."""
    queued = Backup.objects.queued().order_by("pk").first()
    if queued is None and not app_settings.get("backup.enabled"):
        return OFF
    if queued is None:
        backup = run_backup(trigger=Backup.Trigger.DAILY)
    else:
        backup = run_backup(trigger=Backup.Trigger.MANUAL, asked_by=queued.asked_by, queued=queued)
    copied = f"; copied to {backup.copied_to}" if backup.copied_to else ""
    failed = f"; not copied: {backup.copy_error}" if backup.copy_error else ""
    return f"{backup.name}, {read_bytes(backup.size_bytes)}{copied}{failed}."


def drill_newest(now: datetime) -> str:
    """Restore the newest good one that lies here, for practice. Raises AlreadySaid."""
    if not app_settings.get("backup.enabled"):
        return OFF
    with suppress(Conflict), one_at_a_time():  # who has the lock does the same
        rows.sync_rows(stored_in(settings.BACKUP_DIR), timezone.now())
    backup = next((backup for backup in Backup.objects.good().iterator() if backup.is_here), None)
    if backup is None:
        return "There is no backup on this node to try."
    try:
        detail = drill_stored(open_stored(backup.file))
    except FAILURES as error:
        words = in_words(error)
        rows.note_drill(backup, passed=False, detail=words)
        say_failed(DRILL, f"The backup {backup.name} could not be restored in a drill", words, backup)
        raise AlreadySaid(f"{backup.name}: {words}") from error
    rows.note_drill(backup, passed=True, detail=detail)
    count("backups", "drill-completed")
    resolve_alert(DRILL, title="Backups can be restored again", detail=backup.name)
    return f"{backup.name}: {detail}"


def verify_asked(now: datetime) -> str:
    """Those that a person has asked for; and, each day, the one here that was verified the longest ago."""
    here = [backup for backup in Backup.objects.filter(verify_asked_at__isnull=False) if _is_ours(backup)]
    if not here and app_settings.get("backup.enabled"):
        oldest = Backup.objects.filter(state=BackupState.COMPLETED).order_by(
            F("verified_at").asc(nulls_first=True)
        )
        here = list(islice((backup for backup in oldest.iterator() if backup.is_here), 1))
    found = [f"{backup.name}: {verify_backup(backup) or 'right'}" for backup in here]
    return "; ".join(found) or "There is nothing on this node to verify."


def _is_ours(backup: Backup) -> bool:
    """Of one that should be here and is not, this node is the one to say so."""
    return backup.is_here or backup.node_id == settings.NODE_NAME


def verify_backup(backup: Backup) -> str:
    """Read all of it and note what is found; empty, or what is wrong, which is said as an alert as well."""
    try:
        verify_stored(open_stored(backup.file))
    except FAILURES as error:
        words = in_words(error)
        rows.note_verified(backup, words)
        say_damaged(backup, words)
        return words
    rows.note_verified(backup)
    return ""
