"""One backup, from nothing to a file that can be trusted."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from django.conf import settings

from system.backups.drafts import Draft, make_draft
from system.backups.manifest import Manifest, installation, key_fingerprints
from system.backups.progress import Progress, silent
from system.backups.scratch import scratch_directory
from system.backups.store import Stored, put_in_place, remove_orphans, sum_of, usable_directory

Trigger = Literal["daily", "manual"]


def take_backup(
    name: str,
    directory: Path,
    *,
    trigger: Trigger,
    created_at: datetime,
    packed: bool = True,
    progress: Progress = silent,
) -> Stored:
    """A new backup in `directory`, checked; the caller holds locking.one_at_a_time.

    Raises BackupError, OSError or an error of the database: then there is nothing of it. What a run that was
    killed had left is removed first.
    """
    directory = usable_directory(directory)
    remove_orphans(directory)
    with scratch_directory(directory) as scratch:
        draft = make_draft(scratch, packed=packed, progress=progress)
        manifest = _manifest_of(draft, name, trigger, created_at, progress)
        final = draft.file.rename(scratch / manifest.file)
        return put_in_place(final, manifest, directory)


def _manifest_of(
    draft: Draft, name: str, trigger: Trigger, created_at: datetime, progress: Progress
) -> Manifest:
    return Manifest(
        name=name,
        file=name + draft.suffix,
        size=draft.file.stat().st_size,
        sha256=sum_of(draft.file, progress),
        database=draft.database,
        database_size=draft.database_size,
        engine=draft.engine,
        engine_version=draft.engine_version,
        claudeops=settings.VERSION,
        migrations=draft.migrations,
        rows=draft.rows,
        created_at=created_at,
        trigger=trigger,
        node=settings.NODE_NAME,
        installation=installation(),
        keys=key_fingerprints(),
    )
