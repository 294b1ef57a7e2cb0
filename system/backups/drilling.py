"""A restore for practice: into a scratch database that is thrown away. What is never tried, fails."""

from django.db import connection

from system.backups.postgres_server import scratch_database
from system.backups.preparing import prepare_database, prepare_file, require_restorable
from system.backups.progress import Progress, silent
from system.backups.scratch import scratch_directory
from system.backups.store import Stored, backup_directory


def drill_stored(stored: Stored, progress: Progress = silent) -> str:
    """What was found, in a sentence. Raises as a restore would."""
    require_restorable(stored, progress)
    if connection.vendor == "postgresql":
        with scratch_database() as name:
            migrated = prepare_database(stored, name, progress)
    else:
        with scratch_directory(backup_directory()) as scratch:
            _, migrated = prepare_file(stored, scratch, progress)
    rows = sum(stored.manifest.rows.values())
    more = f", and {migrated} migrations since were applied" if migrated else ""
    return f"Restored {len(stored.manifest.rows)} tables with {rows} rows{more}."
