"""Which files there are to read, and their lines."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

LONGEST_LINE = 32 * 2**20  # bytes; more than this is passed over, and never held in memory
SKIPPED_AT_ONCE = 2**20


class NothingToImport(Exception):
    pass


@dataclass
class Transcripts:
    """`unreadable` says of each file or directory that could not be looked at what was wrong."""

    paths: list[Path] = field(default_factory=list)
    size: int = 0
    unreadable: list[str] = field(default_factory=list)
    _seen: set[tuple[int, int]] = field(default_factory=set)

    def is_new(self, status: os.stat_result) -> bool:
        """By device and inode: links that lead back, or to the same file twice, are followed once."""
        identity = (status.st_dev, status.st_ino)
        is_new = identity not in self._seen
        self._seen.add(identity)
        return is_new


@dataclass(frozen=True)
class Line:
    number: int  # from 1
    data: bytes | None  # None: longer than LONGEST_LINE
    size: int
    has_end: bool  # False for the last line of a file that is still written to


def find_transcripts(paths: Iterable[Path]) -> Transcripts:
    """The files named, and all `*.jsonl` below the directories named. Raises NothingToImport."""
    found = Transcripts()
    for path in paths:
        if not os.path.lexists(path):
            raise NothingToImport(f"{path} does not exist.")
        _look(path, found)
    if not found.paths:
        why = "; ".join(found.unreadable) or "there is no file *.jsonl"
        raise NothingToImport(f"Nothing to import: {why}")
    return found


def _look(named: Path, found: Transcripts) -> None:
    waiting = [named]
    while waiting:
        path = waiting.pop()
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                waiting += reversed(_entries(path)) if found.is_new(status) else ()
            elif path == named or path.suffix == ".jsonl":
                _add(path, status, found)
        except OSError as error:
            if path == named or path.suffix == ".jsonl" or not path.is_symlink():
                found.unreadable.append(f"{path}: {error.strerror}")


def _entries(directory: Path) -> list[Path]:
    """Its files before its directories: so a conversation is read before its subagents."""
    return sorted(directory.iterdir(), key=lambda entry: (entry.is_dir(), entry.name))


def _add(path: Path, status: os.stat_result, found: Transcripts) -> None:
    if not stat.S_ISREG(status.st_mode):
        found.unreadable.append(f"{path}: is neither a file nor a directory")
    elif found.is_new(status):
        found.paths.append(path)
        found.size += status.st_size


def read_lines(file: BinaryIO) -> Iterator[Line]:
    number = 0
    while data := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(data) <= LONGEST_LINE or data.endswith(b"\n"):
            yield Line(number, data, len(data), data.endswith(b"\n"))
        else:
            size = len(data)
            del data
            yield Line(number, None, size + _skip_line(file), True)


def _skip_line(file: BinaryIO) -> int:
    size = 0
    while data := file.readline(SKIPPED_AT_ONCE):
        size += len(data)
        if data.endswith(b"\n"):
            break
    return size
