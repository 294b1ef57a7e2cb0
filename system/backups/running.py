"""A backup as the house makes it: taken, noted, copied elsewhere; then what is old enough is removed."""

import logging
import sqlite3
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import Error, OperationalError, transaction
from django.utils import timezone

from system import app_settings
from system.alerts import raise_alert, resolve_alert
from system.backups import rows
from system.backups.copying import copy_stored, remove_copy
from system.backups.errors import BackupError
from system.backups.locking import one_at_a_time
from system.backups.progress import Progress, silent
from system.backups.retention import Candidate, Verdict, judge_backups
from system.backups.store import Stored, backup_directory, stored_in
from system.backups.taking import take_backup
from system.counters import count
from system.errors import AlreadySaid, DomainError
from system.models import Backup, BackupState, Severity

logger = logging.getLogger(__name__)

T = TypeVar("T")
TRIES = 6

# What goes wrong with disks, databases and other programs. Anything else is a fault of ours, and not caught.
FAILURES = (BackupError, OSError, Error, sqlite3.Error)
KIND = "backup-failed"
TAKING, COPYING, DRILL = "backup", "backup-copy", "backup-drill"


def run_backup(
    *,
    trigger: Backup.Trigger,
    asked_by: str = "",
    queued: Backup | None = None,
    packed: bool = True,
    progress: Progress = silent,
) -> Backup:
    """Its row. A copy that fails is an alert, and the backup stays good.

    Raises AlreadySaid when there is no backup, Conflict while another one is under way.
    """
    with one_at_a_time():
        rows.sync_rows(stored_in(settings.BACKUP_DIR), timezone.now())
        backup = _patiently(lambda: rows.begin_backup(trigger=trigger, asked_by=asked_by, queued=queued))
        stored = _take(backup, packed, progress)
        copy_if_wanted(backup, stored)
        prune_backups()
    return backup


def _take(backup: Backup, packed: bool, progress: Progress) -> Stored:
    try:
        stored = take_backup(
            backup.name,
            backup_directory(),
            trigger="manual" if backup.trigger == Backup.Trigger.MANUAL else "daily",
            created_at=backup.started_at,
            packed=packed,
            progress=progress,
        )
    except FAILURES as error:
        words = in_words(error)
        with transaction.atomic():
            rows.fail_backup(backup, words)
            say_failed(TAKING, "No backup could be taken", words, backup)
        raise AlreadySaid(words) from error
    _patiently(lambda: _note_taken(backup, stored))
    return stored


def _patiently(write: Callable[[], T]) -> T:
    """SQLite is not fair: under writers without a pause one may wait in vain until its time is over."""
    for _ in range(TRIES - 1):
        try:
            return write()
        except OperationalError as error:
            logger.warning("a backup waits to be noted: %s", error)
    return write()


def _note_taken(backup: Backup, stored: Stored) -> None:
    with transaction.atomic():
        rows.complete_backup(backup, stored)
        count("backups", "completed")
        resolve_alert(TAKING, title="Backups are taken again", detail=backup.name)


def copy_if_wanted(backup: Backup, stored: Stored) -> None:
    """To backup.copy_to, if it names a place."""
    destination: str = app_settings.get("backup.copy_to")
    if not destination:
        return
    try:
        copy_stored(stored, destination)
    except FAILURES as error:
        with transaction.atomic():
            rows.note_copy(backup, destination, in_words(error))
            say_failed(COPYING, "A backup could not be copied elsewhere", in_words(error), backup)
    else:
        with transaction.atomic():
            rows.note_copy(backup, destination)
            count("backups", "copied")
            resolve_alert(COPYING, title="Backups are copied elsewhere again", detail=backup.name)


def say_failed(subject: str, title: str, words: str, backup: Backup) -> None:
    """Said once, until the next success resolves it; counted each time."""
    count("backups", "failed" if subject == TAKING else f"{subject.removeprefix('backup-')}-failed")
    raise_alert(
        kind=KIND,
        key=f"{KIND}:{subject}:{timezone.now():%Y-%m-%dT%H:%M:%S.%f}",
        severity=Severity.CRITICAL if subject != COPYING else Severity.WARNING,
        title=title,
        detail=words,
        data={"backup": backup.name},
        node_id=backup.node_id,
        subject=subject,
    )


def say_damaged(backup: Backup, words: str) -> None:
    raise_alert(
        kind=KIND,
        key=f"{KIND}:damaged:{backup.name}",
        severity=Severity.CRITICAL,
        title=f"The backup {backup.name} is no good any more",
        detail=words,
        data={"backup": backup.name},
        node_id=backup.node_id,
    )


def judge_stored(found: list[Stored]) -> list[Verdict]:
    """What retention says now of all that lies in the directory of backups."""
    bad = set(Backup.objects.filter(state=BackupState.FAILED).values_list("name", flat=True))
    candidates = [
        Candidate(
            name=stored.name,
            created_at=stored.manifest.created_at,
            trigger=stored.manifest.trigger,
            is_good=stored.name not in bad,
            is_ours=stored.manifest.is_ours,
        )
        for stored in found
    ]
    return judge_backups(candidates, app_settings.get("backup.retention"), timezone.now())


def prune_backups() -> list[str]:
    """Remove what retention does not keep, its copies too; the names. The caller has the lock."""
    found = {stored.name: stored for stored in stored_in(backup_directory())}
    removed = [verdict.name for verdict in judge_stored([*found.values()]) if not verdict.is_kept]
    copies = dict(Backup.objects.filter(name__in=removed).values_list("name", "copied_to"))
    for name in removed:
        found[name].remove()
        if copies.get(name):
            _remove_copy(found[name], copies[name])
        rows.forget_backup(name)
    return removed


def _remove_copy(stored: Stored, destination: str) -> None:
    try:
        remove_copy(stored, destination)
    except FAILURES as error:
        raise_alert(
            kind=KIND,
            key=f"{KIND}:remove-copy:{stored.name}",
            severity=Severity.INFO,
            title=f"The copy of {stored.name} in {destination} was not removed",
            detail=in_words(error),
        )


def in_words(error: BaseException) -> str:
    if isinstance(error, DomainError):
        return error.detail
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}{f' ({error.filename})' if error.filename else ''}"
    return f"{type(error).__name__}: {error}".strip()
