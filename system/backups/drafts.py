"""A backup on its way: written into a scratch directory and checked there, before anybody sees it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from django.db import connection

from system.backups.compressing import compress, sum_of_expanded
from system.backups.errors import BackupError
from system.backups.postgres_dump import check_dump, database_size, dump_database
from system.backups.progress import Progress
from system.backups.sqlite_file import check_file, copy_database, database_bytes, migrations_in
from system.backups.sqlite_file import version as sqlite_version
from system.backups.store import require_space

ELSEWHERE = "make room there, or let BACKUP_DIR name a directory on another disk"


@dataclass(frozen=True)
class Draft:
    file: Path
    suffix: str
    engine: Literal["sqlite", "postgresql"]
    engine_version: str
    database: str
    database_size: int
    migrations: list[str]
    rows: dict[str, int]


def live_file() -> Path:
    """The file of our SQLite database."""
    return Path(connection.settings_dict["NAME"])


def make_draft(scratch: Path, *, packed: bool, progress: Progress) -> Draft:
    """Take, check and compress it; raises BackupError, or what the engine or the disk says."""
    if connection.vendor == "postgresql":
        return _draft_of_postgresql(scratch, packed, progress)
    return _draft_of_sqlite(scratch, packed, progress)


def _draft_of_sqlite(scratch: Path, packed: bool, progress: Progress) -> Draft:
    source, file = live_file(), scratch / "draft.db"
    size = database_bytes(source)
    require_space(scratch.parent, 2 * size if packed else size, "A backup", ELSEWHERE)
    rows = copy_database(source, file, progress)
    check_file(file, rows, progress)
    draft = Draft(
        file, ".db", "sqlite", sqlite_version(), source.name, file.stat().st_size, migrations_in(file), rows
    )
    return _packed(draft, progress) if packed else draft


def _packed(draft: Draft, progress: Progress) -> Draft:
    """Read back what was written before the copy that it was made of is gone."""
    file = draft.file.with_name("draft.db.gz")
    if compress(draft.file, file, progress) != sum_of_expanded(file, progress):
        raise BackupError("What was written is not what is read back: the disk or the memory is at fault.")
    draft.file.unlink()
    return replace(draft, file=file, suffix=".db.gz")


def _draft_of_postgresql(scratch: Path, packed: bool, progress: Progress) -> Draft:
    file = scratch / "draft.dump"
    require_space(scratch.parent, database_size(), "A backup", ELSEWHERE)
    contents = dump_database(file, compress=packed, progress=progress)
    check_dump(file, contents.rows, progress)
    return Draft(
        file, ".dump", "postgresql", contents.version, str(connection.settings_dict["NAME"]), contents.size,
        contents.migrations, contents.rows,
    )  # fmt: skip
