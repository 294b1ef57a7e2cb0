"""Backups of a test's own, and what they hold."""

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from system.backups.naming import name_of
from system.backups.store import Stored
from system.backups.taking import take_backup
from system.models import AppSetting


def take(directory: Path | None = None, **more: Any) -> Stored:
    now = timezone.now()
    given = {"trigger": "daily", "created_at": now, **more}
    return take_backup(name_of(now), directory or settings.BACKUP_DIR, **given)


def expanded(stored: Stored, target: Path) -> Path:
    """The database in it, as anybody could get it out."""
    content = stored.file.read_bytes()
    target.write_bytes(gzip.decompress(content) if stored.file.suffix == ".gz" else content)
    return target


def mine(file: Path) -> str:
    """The value of the setting by which the tests know a database."""
    with closing(sqlite3.connect(file)) as database:
        return str(database.execute("SELECT value FROM system_appsetting WHERE key = 'mine'").fetchone()[0])


def write(value: str) -> None:
    AppSetting.objects.filter(key="mine").update(value=value)


def change_manifest(stored: Stored, **changes: Any) -> None:
    found = json.loads(stored.manifest_file.read_text())
    stored.manifest_file.write_text(json.dumps(found | changes))


def names_in(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}
