"""A directory of backups: each is a file and its manifest, and is there only when both are."""

import os
import shutil
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from system.backups.errors import BackupError
from system.backups.manifest import Manifest, encode_manifest, read_manifest
from system.backups.naming import MANIFEST_SUFFIX
from system.backups.progress import Progress, silent
from system.readable import read_bytes

PART = 2**20
# What a disk must have left afterwards: SQLite's log and everybody else's files go on growing meanwhile.
RESERVE = 64 * 2**20
SETTLED_SECONDS = 3600.0


@dataclass(frozen=True)
class Stored:
    """A backup in `directory`. Both of its files were there when this was made."""

    directory: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def file(self) -> Path:
        return self.directory / self.manifest.file

    @property
    def manifest_file(self) -> Path:
        return self.directory / (self.manifest.file + MANIFEST_SUFFIX)

    def remove(self) -> None:
        """The manifest last: what is cut off in between is still known as one of ours, and can be removed."""
        self.file.unlink(missing_ok=True)
        self.manifest_file.unlink(missing_ok=True)
        sync_path(self.directory)


def backup_directory() -> Path:
    """BACKUP_DIR, made if need be, for its owner's eyes only. Raises BackupError."""
    return usable_directory(settings.BACKUP_DIR)


def usable_directory(directory: Path) -> Path:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupError(f"The directory {directory} cannot be made: {error.strerror}.") from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise BackupError(
            f"Nothing can be written into {directory}: give the user of ClaudeOps the right to."
        )
    return directory.resolve()


def stored_in(directory: Path) -> list[Stored]:
    """What is whole, the newest first. A manifest that cannot be read counts for nothing here."""
    found = []
    for path in directory.glob(f"backup-*{MANIFEST_SUFFIX}"):
        try:
            stored = open_stored(directory / path.name.removesuffix(MANIFEST_SUFFIX))
        except BackupError:
            continue
        found.append(stored)
    return sorted(found, key=lambda stored: stored.name, reverse=True)


def open_stored(file: Path) -> Stored:
    """The backup whose file this is. Raises BackupError where it or its own manifest is not there."""
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    stored = Stored(file.parent.resolve(), read_manifest(file.with_name(file.name + MANIFEST_SUFFIX)))
    if stored.manifest.file != file.name:
        raise BackupError(f"The manifest beside {file} is of another file, {stored.manifest.file}.")
    return stored


def find_stored(text: str) -> Stored:
    """By the path of its file, or by its name in BACKUP_DIR, with or without what follows the name."""
    path = Path(text).expanduser()
    if path.is_file() or path.name != text:
        return open_stored(path)
    for stored in stored_in(settings.BACKUP_DIR):
        if text in (stored.name, stored.file.name, stored.manifest_file.name):
            return stored
    return open_stored(settings.BACKUP_DIR / text)


def put_in_place(draft: Path, manifest: Manifest, directory: Path) -> Stored:
    """Move a finished file from a scratch directory of the same disk to where it stays.

    The manifest goes first: a file without one would be taken for a stranger's, and never be removed.
    """
    stored = Stored(directory, manifest)
    notes = draft.with_name(manifest.file + MANIFEST_SUFFIX)
    notes.touch(mode=0o600)
    notes.write_bytes(encode_manifest(manifest))
    draft.chmod(0o600)
    sync_path(draft)
    sync_path(notes)
    notes.rename(stored.manifest_file)
    draft.rename(stored.file)
    sync_path(directory)
    return stored


def remove_orphans(directory: Path) -> None:
    """Manifests of ours whose file never came, or was deleted; not one that was put in place just now."""
    for path in directory.glob(f"backup-*{MANIFEST_SUFFIX}"):
        if not path.with_name(path.name.removesuffix(MANIFEST_SUFFIX)).exists() and _is_old_and_ours(path):
            path.unlink(missing_ok=True)


def _is_old_and_ours(manifest: Path) -> bool:
    try:
        return manifest.stat().st_mtime < time.time() - SETTLED_SECONDS and read_manifest(manifest).is_ours
    except (OSError, BackupError):
        return False


def sync_path(path: Path) -> None:
    """What was written to the file or directory survives a power cut from here on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sum_of(path: Path, progress: Progress = silent) -> str:
    """The SHA-256 of a file, as it is read back."""
    digest, done, total = sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while part := file.read(PART):
            digest.update(part)
            done += len(part)
            progress("Reading it back", done, total)
    return digest.hexdigest()


def require_space(directory: Path, needed: int, what: str, hint: str = "make room there first") -> None:
    """Raises BackupError while a full disk has not yet stopped anybody."""
    free = shutil.disk_usage(directory).free
    if free < needed + RESERVE:
        raise BackupError(
            f"{what} needs about {read_bytes(needed + RESERVE)} in {directory}, and {read_bytes(free)} are"
            f" free: {hint}."
        )
