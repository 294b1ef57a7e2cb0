"""The encryption keys, one in each line of a file: a rotation is seen by running processes at once."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import overload


class KeyFile(Sequence[str]):
    """The keys that the file holds now. Read again only when it has changed; the settings import this."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mark: tuple[int, ...] = ()
        self._keys: tuple[str, ...] = ()

    def _current(self) -> tuple[str, ...]:
        """The last ones known, should the file be gone: what they opened can still be sealed anew."""
        try:
            found = self.path.stat()
            mark = (found.st_ino, found.st_mtime_ns, found.st_size)
            if mark != self._mark:
                self._keys, self._mark = tuple(self.path.read_text().split()), mark
        except FileNotFoundError:
            if not self._keys:
                raise
        return self._keys

    def replace(self, keys: Sequence[str]) -> None:
        """All or nothing, and on the disk when it returns; readable by the owner only."""
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            with open(draft, "x", opener=_private) as file:
                file.write("".join(f"{key}\n" for key in keys))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        _sync_directory(self.path.parent)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self._current()[index]

    def __len__(self) -> int:
        return len(self._current())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
