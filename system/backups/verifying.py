"""Whether a backup is still what it was: all of its bytes, and all that is in it."""

from system.backups.compressing import expand
from system.backups.errors import BackupError
from system.backups.postgres_dump import check_dump
from system.backups.progress import Progress, silent
from system.backups.scratch import scratch_directory
from system.backups.sqlite_file import check_file
from system.backups.store import Stored, backup_directory, require_space, sum_of


def verify_stored(stored: Stored, progress: Progress = silent) -> None:
    """Raises BackupError, with what is wrong. A database is opened in a scratch copy, never in its place."""
    require_sum(stored, progress)
    if stored.manifest.engine == "postgresql":
        check_dump(stored.file, stored.manifest.rows, progress)
        return
    directory = backup_directory()  # where the file lies, nothing may be writable
    require_space(directory, stored.manifest.database_size, "Verifying")
    with scratch_directory(directory) as scratch:
        copy = scratch / "copy.db"
        expand(stored.file, copy, stored.manifest.database_size, progress)
        check_file(copy, stored.manifest.rows, progress)


def require_sum(stored: Stored, progress: Progress = silent) -> None:
    """Raises BackupError unless the file is, byte for byte, the one that was written."""
    manifest = stored.manifest
    try:
        size = stored.file.stat().st_size
        if size != manifest.size:
            raise BackupError(
                f"{manifest.file} has {size} bytes instead of {manifest.size}: it is not whole."
            )
        found = sum_of(stored.file, progress)
    except OSError as error:
        raise BackupError(f"{stored.file} cannot be read: {error.strerror}.") from error
    if found != manifest.sha256:
        raise BackupError(f"{manifest.file} is damaged: its checksum is not the one in its manifest.")
