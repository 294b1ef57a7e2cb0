"""A backup made into a database again, aside: checked and brought up to this code before anybody has it."""

from pathlib import Path

from django.db import connection

from system.backups.compressing import expand
from system.backups.errors import BackupError
from system.backups.postgres_dump import restore_dump
from system.backups.progress import Progress, silent
from system.backups.schema import migrate, missing_migrations, require_known, url_of_database, url_of_file
from system.backups.sqlite_file import check_file, leave_wal_mode, migrations_in, require_same_rows
from system.backups.store import Stored, require_space, sync_path
from system.backups.verifying import require_sum


def require_restorable(stored: Stored, progress: Progress = silent) -> None:
    """Raises BackupError for the other engine, a newer schema, or a file that is not what was written."""
    manifest = stored.manifest
    if manifest.engine != connection.vendor:
        raise BackupError(
            f"{stored.name} is of {manifest.engine}, and the database here is {connection.vendor}: a backup"
            " is restored on the engine that it was taken of."
        )
    require_known(manifest.migrations, manifest.claudeops)
    require_sum(stored, progress)


def prepare_file(stored: Stored, scratch: Path, progress: Progress = silent) -> tuple[Path, int]:
    """A file in `scratch` that can take the live one's place, with no log beside it; and how many migrations
    it took.
    """
    manifest, file = stored.manifest, scratch / "restored.db"
    is_older = bool(missing_migrations(manifest.migrations))
    require_space(scratch.parent, manifest.database_size * (2 if is_older else 1), "The restored database")
    expand(stored.file, file, manifest.database_size, progress)
    check_file(file, manifest.rows, progress)
    applied = migrations_in(file)
    require_known(applied, manifest.claudeops)
    if missing := missing_migrations(applied):
        progress("Migrating", 0, None)
        migrate(url_of_file(file))
        check_file(file, None, progress)
    leave_wal_mode(file)
    sync_path(file)
    return file, len(missing)


def prepare_database(stored: Stored, name: str, progress: Progress = silent) -> int:
    """The same with the PostgreSQL database `name`, which is empty; how many migrations it took."""
    manifest = stored.manifest
    contents = restore_dump(stored.file, name, progress)
    require_same_rows(contents.rows, manifest.rows)
    require_known(contents.migrations, manifest.claudeops)
    if missing := missing_migrations(contents.migrations):
        progress("Migrating", 0, None)
        migrate(url_of_database(name))
    return len(missing)
