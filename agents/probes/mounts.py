"""Which file systems are mounted that hold somebody's data, and how full each is."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from agents.probes.base import ToolOutput

# Kernel interfaces, memory, and images that are full by nature. autofs: asking it would mount something.
PSEUDO = frozenset(
    "autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devfs devpts devtmpfs efivarfs erofs fdescfs"  # noqa: SIM905
    " fuse.gvfsd-fuse fuse.lxcfs fuse.portal fuse.snapfuse fuse.squashfuse fuse.vmware-vmblock fusectl"
    " hugetlbfs iso9660 mqueue nsfs nullfs overlay proc procfs pstore ramfs rootfs rpc_pipefs securityfs"
    " selinuxfs squashfs sysfs tmpfs tracefs udf".split()
)
ROOT = "/"
ANSWER_SECONDS = 3.0

RunTool = Callable[[Sequence[str], float], ToolOutput]


@dataclass(frozen=True)
class Mount:
    path: str
    device: str
    fstype: str
    read_only: bool = False

    @property
    def local(self) -> bool:
        """Whether the kernel answers for it without asking a server or a program, which may be gone."""
        if self.fstype.startswith("fuse"):
            return False
        return self.device.startswith("/dev/") or self.fstype in {
            "zfs",
            "overlay",
            "tmpfs",
            "btrfs",
            "bcachefs",
        }


@dataclass(frozen=True)
class Usage:
    """Bytes and inodes. `inodes_total` is 0 where the file system makes them as it needs."""

    total: int
    used: int
    free: int
    inodes_total: int
    inodes_used: int

    @property
    def percent(self) -> float:
        """As df counts: what is kept for root is not free."""
        return round(100 * self.used / (self.used + self.free), 1) if self.used + self.free else 0.0

    @property
    def inodes_percent(self) -> float:
        return round(100 * self.inodes_used / self.inodes_total, 1) if self.inodes_total else 0.0


class NoAnswer(OSError):
    """The server or program behind a mount did not answer in time."""


def list_mounts() -> list[Mount]:
    mounts = [
        Mount(part.mountpoint, part.device, part.fstype, read_only="ro" in part.opts.split(","))
        for part in psutil.disk_partitions(all=True)
    ]
    return choose_mounts(mounts)


def choose_mounts(mounts: Sequence[Mount]) -> list[Mount]:
    """What is real, each device once, under its shortest path. The root counts whatever it is made of."""
    visible = {mount.path: mount for mount in mounts}  # a later mount hides an earlier one of the same path
    chosen: dict[str, Mount] = {}
    for mount in sorted(visible.values(), key=lambda mount: (len(mount.path), mount.path)):
        if mount.fstype not in PSEUDO or mount.path == ROOT:
            chosen.setdefault(mount.device, mount)
    return sorted(chosen.values(), key=lambda mount: mount.path)


def foreign_mount_points() -> frozenset[str]:
    """Every place where another file system begins: a walk must not even stat one, lest it hang."""
    return frozenset(part.mountpoint for part in psutil.disk_partitions(all=True)) - {ROOT}


def measure(mount: Mount, run_tool: RunTool, timeout_s: float) -> Usage:
    """OSError when it cannot be read, NoAnswer when it does not answer within `timeout_s`."""
    if mount.local:
        stat = os.statvfs(mount.path)
        return _usage(stat.f_blocks, stat.f_bfree, stat.f_bavail, stat.f_frsize, stat.f_files, stat.f_ffree)
    # statvfs on a dead server never returns and cannot be broken off; a child can be left behind.
    try:
        output = run_tool(["stat", "-f", "-c", "%b %f %a %S %c %d", "--", mount.path], timeout_s)
    except TimeoutError as error:
        raise NoAnswer(f"{mount.path} did not answer within {timeout_s:g} s") from error
    return parse_stat(output)


class ReachableDisks:
    """Tells which paths can be touched without the risk of hanging on a server that is gone."""

    def __init__(self, run_tool: RunTool) -> None:
        self._run_tool = run_tool
        self._mounts = list_mounts()
        self._known: dict[str, bool] = {}

    def holds(self, path: str) -> bool:
        """Looks at the names of mount points only; `path` itself is not touched."""
        holders = [m for m in self._mounts if f"{path}/".startswith(f"{m.path.rstrip('/')}/")]
        if not holders:
            return True
        mount = max(holders, key=lambda mount: len(mount.path))
        if mount.path not in self._known:
            self._known[mount.path] = mount.local or self._answers(mount)
        return self._known[mount.path]

    def _answers(self, mount: Mount) -> bool:
        try:
            measure(mount, self._run_tool, ANSWER_SECONDS)
        except OSError:  # NoAnswer is one
            return False
        return True


def parse_stat(output: ToolOutput) -> Usage:
    fields = output.text.split()
    if output.exit_code or len(fields) != 6 or not all(field.isdecimal() for field in fields):
        raise OSError(output.text.strip()[:200] or f"stat ended with {output.exit_code}")
    return _usage(*map(int, fields))


def _usage(blocks: int, free: int, available: int, size: int, inodes: int, inodes_free: int) -> Usage:
    return Usage(
        total=blocks * size,
        used=(blocks - free) * size,
        free=available * size,
        inodes_total=inodes,
        inodes_used=max(0, inodes - inodes_free),
    )


def is_directory(mount: Mount) -> bool:
    """Containers mount single files of the host's disk; they say nothing that the root does not."""
    return not mount.local or Path(mount.path).is_dir()
