"""Walking directories to count what they hold on disk, within a budget of time and entries."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from agents.probes.mounts import foreign_mount_points
from agents.stopping import Stop

CHECK_EVERY = 256
REPORT_SECONDS = 5.0


@dataclass(frozen=True)
class Found:
    """A file, or a directory itself. `bucket` is the directory near the root that it is counted for."""

    path: str
    bucket: str
    is_directory: bool
    status: os.stat_result

    @property
    def allocated(self) -> int:
        """What it takes on disk: less than its length for a sparse file."""
        return self.status.st_blocks * 512


@dataclass
class DiskWalk:
    """Several walks share one budget. `cut` says why not everything was seen; sizes are then too small.

    Stays on the file system it starts on, follows no links, and counts a file with several names once.
    """

    seconds: float
    max_entries: int
    stop: Stop
    log: Callable[[str], None]
    entries: int = 0
    unreadable: int = 0
    cut: str = ""
    _linked: set[tuple[int, int]] = field(default_factory=set)
    _foreign: frozenset[str] = field(default_factory=foreign_mount_points)
    _began: float = field(default_factory=time.monotonic)
    _reported: float = field(default_factory=time.monotonic)

    def under(self, root: str, bucket_depth: int = 0) -> Iterator[Found]:
        """Everything below `root`, and `root` itself; buckets are at most `bucket_depth` levels below it."""
        status = self._status_of(root)
        if status is None or self.cut:
            return
        yield Found(root, root, is_directory=True, status=status)
        waiting = [(root, root, 0)]
        while waiting and not self.cut:
            directory, bucket, depth = waiting.pop()
            for found in self._entries_of(directory, bucket, status.st_dev):
                if found.is_directory:
                    inner = found.path if depth < bucket_depth else bucket
                    waiting.append((found.path, inner, depth + 1))
                    found = Found(found.path, inner, is_directory=True, status=found.status)
                yield found

    def _entries_of(self, directory: str, bucket: str, device: int) -> Iterator[Found]:
        try:
            entries = os.scandir(directory)
        except OSError:
            self.unreadable += 1
            return
        with entries:
            for entry in entries:
                self._count()
                if self.cut:
                    return
                found = self._look_at(entry, bucket)
                if found and found.status.st_dev == device and not self._is_known(found):
                    yield found

    def _look_at(self, entry: "os.DirEntry[str]", bucket: str) -> Found | None:
        try:
            is_directory = entry.is_dir(follow_symlinks=False)
            if is_directory and entry.path in self._foreign:
                return None
            return Found(entry.path, bucket, is_directory, entry.stat(follow_symlinks=False))
        except OSError:  # gone since, or a path longer than the kernel takes
            return None

    def _is_known(self, found: Found) -> bool:
        if found.is_directory or found.status.st_nlink < 2:
            return False
        key = (found.status.st_dev, found.status.st_ino)
        if key in self._linked:
            return True
        self._linked.add(key)
        return False

    def _status_of(self, root: str) -> os.stat_result | None:
        try:
            status = os.lstat(root)
        except OSError:
            return None
        return status if stat.S_ISDIR(status.st_mode) else None

    def _count(self) -> None:
        self.entries += 1
        if self.entries >= self.max_entries:
            self.cut = f"stopped after {self.entries:,} entries"
        if self.entries % CHECK_EVERY:
            return
        now = time.monotonic()
        if self.stop.is_set():
            self.cut = "stopped on request"
        elif now - self._began > self.seconds:
            self.cut = f"stopped after {self.seconds:g} s"
        if now - self._reported >= REPORT_SECONDS:
            self._reported = now
            self.log(f"{self.entries:,} entries looked at in {now - self._began:.0f} s")
