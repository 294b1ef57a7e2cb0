"""A backup through the browser. It holds everything: only an admin gets here, and it is put on record."""

from django.conf import settings
from django.db import transaction
from django.http import FileResponse

from system.audit import record
from system.errors import Conflict, NotFound
from system.models import Backup


def find_backup(backup_id: int) -> Backup:
    """Raises NotFound."""
    backup = Backup.objects.filter(pk=backup_id).first()
    if backup is None:
        raise NotFound(f"There is no backup {backup_id}.")
    return backup


def download(backup: Backup, *, by: str) -> FileResponse:
    """The file, streamed. Raises Conflict where it is none of this host's, or lies elsewhere than backups do.

    The path is of a row, which a restored database or raw SQL may have brought along.
    """
    if not backup.is_here:
        where = f"lies on node {backup.node_id} ({backup.path})" if backup.path else f"is {backup.state}"
        raise Conflict(f"{backup.name} {where}: there is no file here to download.")
    if not backup.file.resolve().is_relative_to(settings.BACKUP_DIR.resolve()):
        raise Conflict(f"{backup.name} does not lie in BACKUP_DIR, and nothing else is given out.")
    with transaction.atomic():
        record("backup.download", backup.name, actor=by)
    response = FileResponse(
        backup.file.open("rb"),
        as_attachment=True,
        filename=backup.file.name,
        content_type="application/octet-stream",
    )
    response.headers["Cache-Control"] = "no-store"
    return response
