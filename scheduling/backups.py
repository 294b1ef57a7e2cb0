"""What a person asks of backups is done by jobs: long work belongs into the queue."""

from django.conf import settings

from scheduling.job_runs import ask_for_job
from scheduling.jobs import BACKUP, VERIFY
from system.backups.rows import ask_to_verify, queue_backup
from system.errors import Conflict
from system.models import Backup, BackupState
from system.writing import one_writer


def ask_for_backup(*, by: str) -> Backup:
    """Its row, queued on this node. Raises Conflict while a backup is waiting or under way."""
    with one_writer():
        backup = queue_backup(asked_by=by)
        ask_for_job(BACKUP, by=by, node=settings.NODE_NAME)
    return backup


def ask_for_verification(backup: Backup, *, by: str) -> Backup:
    """Let the node that holds it read all of it.

    Raises Conflict for one that has no file, or while others are being verified.
    """
    if backup.state not in (BackupState.COMPLETED, BackupState.FAILED) or not backup.path:
        raise Conflict(f"{backup.name} is {backup.state}: there is no file to verify.")
    with one_writer():
        ask_to_verify(backup)
        ask_for_job(VERIFY, by=by, node=backup.node_id)
    return backup
