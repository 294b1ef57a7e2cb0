"""Reading the end of log files, whatever they hold and however large they are."""

import glob
import gzip
import os
import re
import stat
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import IO

CHUNK = 1 << 16
LONGEST_LINE = 1 << 14
UNPACK_TIMES = 16  # how much more than `max_bytes` is unpacked to get to the end of a packed file


@dataclass(frozen=True)
class Tail:
    """`note` says what was not read."""

    data: bytes
    note: str = ""

    def lines(self) -> Iterator[str]:
        """One by one, without NULs; a line is cut after 16 KiB."""
        start = 0
        while start < len(self.data):
            end = self.data.find(b"\n", start)
            end = len(self.data) if end < 0 else end
            piece = self.data[start : min(end, start + LONGEST_LINE)]
            yield piece.replace(b"\x00", b"").decode("utf-8", "replace").rstrip("\r")
            start = end + 1


def fixed_part(pattern: str) -> str:
    """The directory that a pattern begins with, before its first wildcard."""
    return re.split(r"[*?\[]", pattern, maxsplit=1)[0].rpartition("/")[0] or "/"


def expand(patterns: Iterable[str], exclude: Sequence[str], most: int) -> tuple[list[str], list[str]]:
    """The regular files that match and are not excluded, and notes of patterns that give none or too many."""
    paths: dict[str, None] = {}
    notes = []
    for pattern in patterns:
        matching = sorted(glob.glob(pattern))  # noqa: PTH207 (absolute patterns)
        found = [path for path in matching if _is_wanted(path, exclude)]
        if not found:
            notes.append(f"{pattern}: no such file")
        paths.update(dict.fromkeys(found))
    if len(paths) > most:
        notes.append(f"only the first {most} of {len(paths)} files were read")
    return list(paths)[:most], notes


def _is_wanted(path: str, exclude: Sequence[str]) -> bool:
    return os.path.isfile(path) and not any(fnmatchcase(path, pattern) for pattern in exclude)  # noqa: PTH113


def read_tail(path: str, max_bytes: int) -> Tail:
    """The last `max_bytes` of a regular file, from the start of a line. OSError when it cannot be read."""
    # O_NONBLOCK: should the path have become a pipe since, opening it must not wait for a writer
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("not a regular file")
        if path.endswith(".gz"):
            return _unpack_tail(file, max_bytes)
        if status.st_size <= max_bytes:
            return Tail(file.read(max_bytes))
        file.seek(-max_bytes, os.SEEK_END)
        return Tail(
            _from_line(file.read(max_bytes)), f"only the last {max_bytes:,} of {status.st_size:,} bytes"
        )


def _from_line(data: bytes) -> bytes:
    """Without the rest of a line whose beginning is missing."""
    return data[data.find(b"\n") + 1 :]


def _unpack_tail(file: IO[bytes], max_bytes: int) -> Tail:
    """A packed file has no end to jump to: it is unpacked from its beginning, up to a bound."""
    kept: deque[bytes] = deque()
    size = unpacked = 0
    note = ""
    try:
        with gzip.open(file) as packed:
            while unpacked < UNPACK_TIMES * max_bytes and (chunk := packed.read(CHUNK)):
                kept.append(chunk)
                size, unpacked = size + len(chunk), unpacked + len(chunk)
                while size - len(kept[0]) >= max_bytes:
                    size -= len(kept.popleft())
            if unpacked >= UNPACK_TIMES * max_bytes:
                note = f"only the first {unpacked:,} bytes were unpacked"
    except (EOFError, zlib.error, gzip.BadGzipFile):
        note = "the packed file is damaged or unfinished"
    data = b"".join(kept)
    if unpacked <= max_bytes:
        return Tail(data, note)
    return Tail(_from_line(data[-max_bytes:]), note or f"only the last {max_bytes:,} of {unpacked:,} bytes")
