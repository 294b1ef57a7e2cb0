"""Files made smaller and back, in parts: no matter how large, little of them is in memory."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from system.backups.errors import BackupError
from system.backups.progress import Progress, silent
from system.backups.store import PART

LEVEL = 6


def compress(source: Path, target: Path, progress: Progress = silent) -> str:
    """Write `source` into `target` as gzip; the SHA-256 of what went in."""
    digest, done, total = sha256(), 0, source.stat().st_size
    with source.open("rb") as plain, gzip.open(target, "wb", compresslevel=LEVEL) as packed:
        for part in _parts(plain):
            digest.update(part)
            packed.write(part)
            done += len(part)
            progress("Compressing", done, total)
    return digest.hexdigest()


def expand(source: Path, target: Path, size: int, progress: Progress = silent) -> None:
    """The inverse; what is not compressed is copied. Raises BackupError for what is damaged.

    So it does for what becomes more than `size`: a few bytes can be made to fill a disk.
    """
    done = 0
    with _opened(source) as packed, target.open("wb") as plain:
        for part in _parts(packed):
            done += len(part)
            if done > size:
                raise BackupError(
                    f"{source.name} becomes more than the {size} bytes that its manifest names."
                )
            plain.write(part)
            progress("Expanding", done, size)


def sum_of_expanded(source: Path, progress: Progress = silent) -> str:
    """The SHA-256 of what `expand` would write."""
    digest, done = sha256(), 0
    with _opened(source) as packed:
        for part in _parts(packed):
            digest.update(part)
            done += len(part)
            progress("Reading it back", done, None)
    return digest.hexdigest()


@contextmanager
def _opened(source: Path) -> Iterator[BinaryIO | gzip.GzipFile]:
    try:
        with gzip.open(source, "rb") if source.suffix == ".gz" else source.open("rb") as file:
            yield file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BackupError(f"{source.name} is damaged: {error}.") from error


def _parts(file: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    while part := file.read(PART):
        yield part
