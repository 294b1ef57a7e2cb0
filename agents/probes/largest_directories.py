"""The directories and files that take the most room."""

import heapq
import os
import shlex
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from agents.probes.base import Probe, ProbeContext, ProbeResult
from agents.probes.disk_walk import DiskWalk, Found
from agents.probes.findings import make_finding
from agents.probes.mounts import ReachableDisks, list_mounts
from agents.probes.wording import listed, printable, size
from agents.reports import Finding
from system.thresholds import Thresholds

TELLING_SHARE = 0.8  # a directory that is nearly all one of its own says nothing that the inner one does not


def _absolute(path: str) -> str:
    if not path.startswith("/") or "\x00" in path:
        raise ValueError(f"{path!r} is not an absolute path")
    return path


Directory = Annotated[str, Field(max_length=1000), AfterValidator(_absolute)]


class LargestDirectoriesParams(BaseModel):
    """`other_disks` takes in the local disks that are mounted below a path; a walk alone stays on one."""

    model_config = ConfigDict(extra="forbid")

    paths: Annotated[list[Directory], Field(min_length=1, max_length=20)] = ["/"]
    other_disks: bool = True
    depth: Annotated[int, Field(ge=1, le=12)] = 5
    count: Annotated[int, Field(ge=1, le=100)] = 15
    max_seconds: Annotated[float, Field(ge=1, le=3600)] = 60
    max_entries: Annotated[int, Field(ge=100, le=50_000_000)] = 3_000_000


class LargestDirectories(Probe[LargestDirectoriesParams]):
    name = "largest_directories"
    summary = "The directories and files that take the most room"
    params_model = LargestDirectoriesParams

    def collect(self, params: LargestDirectoriesParams, context: ProbeContext) -> ProbeResult:
        disks = ReachableDisks(context.run_tool)
        inner = _disks_below(params.paths) if params.other_disks else []
        silent = [path for path in params.paths if not disks.holds(path)]
        roots = choose_roots(path for path in [*params.paths, *inner] if disks.holds(path))
        if not roots:
            names = " or ".join(map(printable, params.paths))
            return ProbeResult(skipped=f"there is no directory {names} that can be reached")
        walk = DiskWalk(params.max_seconds, params.max_entries, context.stop, context.log)
        tally = Tally(params.count)
        for root in roots:
            for found in walk.under(root, params.depth):
                tally.add(found)
        totals = roll_up(tally.buckets, roots)
        data = {
            "paths": [printable(root) for root in roots],
            "silent": [printable(path) for path in silent],
            "total_bytes": sum(totals.get(root, 0) for root in roots),
            "directories": [
                {"path": printable(path), "bytes": count}
                for path, count in choose_telling(totals, roots)[: params.count]
            ],
            "files": tally.largest(),
            "entries": walk.entries,
            "unreadable": walk.unreadable,
            "cut": walk.cut,
        }
        return ProbeResult(data=data, text=_describe(data))

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        top = data["directories"][:5]
        if not top:
            return []
        first = top[0]
        return [
            make_finding(
                f"Largest: {listed([row['path'] for row in top], 3)}",
                "info",
                key="largest-directories",
                evidence=_describe({**data, "directories": top, "files": data["files"][:5]}),
                recommendation="Look here first when room is needed, and here for what grows.",
                command=f"du -xh --max-depth=2 -- {shlex.quote(first['path'])} | sort -rh | head -n 20",
            )
        ]


class Tally:
    """What a walk found, by bucket, and its largest files."""

    def __init__(self, count: int) -> None:
        self.buckets: dict[str, int] = {}
        self._count = count
        self._files: list[tuple[int, str, float]] = []

    def add(self, found: Found) -> None:
        self.buckets[found.bucket] = self.buckets.get(found.bucket, 0) + found.allocated
        if found.is_directory:
            return
        file = (found.allocated, found.path, found.status.st_mtime)
        if len(self._files) < self._count:
            heapq.heappush(self._files, file)
        elif file > self._files[0]:
            heapq.heapreplace(self._files, file)

    def largest(self) -> list[dict[str, Any]]:
        return [
            {"path": printable(path), "bytes": count, "modified": _when(modified)}
            for count, path, modified in sorted(self._files, reverse=True)
        ]


def _when(timestamp: float) -> str | None:
    try:
        return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):  # a file may claim any year
        return None


def _disks_below(paths: Iterable[str]) -> list[str]:
    tops = tuple(path.rstrip("/") + "/" for path in paths)
    return [mount.path for mount in list_mounts() if mount.local and mount.path.startswith(tops)]


def choose_roots(paths: Iterable[str]) -> list[str]:
    """Those that are directories, without links in them, and none that lies within another."""
    real = sorted({os.path.realpath(path) for path in paths if os.path.isdir(path)})  # noqa: PTH112
    return [path for path in real if not any(_is_within(path, other) for other in real if other != path)]


def _is_within(path: str, other: str) -> bool:
    """Both on one file system: another one below `other` is a root of its own, as no walk enters it."""
    below = path.startswith(other.rstrip("/") + "/")
    return below and os.lstat(path).st_dev == os.lstat(other).st_dev


def roll_up(buckets: Mapping[str, int], roots: Iterable[str]) -> dict[str, int]:
    """Each directory with all that lies below it."""
    totals = dict(buckets)
    tops = set(roots)
    for path in sorted(buckets, key=lambda path: path.count("/"), reverse=True):
        parent = os.path.dirname(path)  # noqa: PTH120 (strings, for speed)
        if path not in tops and parent in totals:
            totals[parent] += totals[path]
    return totals


def choose_telling(totals: Mapping[str, int], roots: Iterable[str]) -> list[tuple[str, int]]:
    """Largest first, without the roots and without what one inner directory explains."""
    dull = set(roots)
    for path, count in totals.items():
        parent = os.path.dirname(path)  # noqa: PTH120
        if count and count >= TELLING_SHARE * totals.get(parent, count + 1) and parent != path:
            dull.add(parent)
    telling = [(path, count) for path, count in totals.items() if count and path not in dull]
    return sorted(telling, key=lambda item: (-item[1], item[0]))


def _describe(data: Mapping[str, Any]) -> str:
    lines = [f"{size(data['total_bytes'])} below {', '.join(data['paths'])} ({data['entries']:,} entries)"]
    if data["cut"]:
        lines.append(f"Not everything was seen ({data['cut']}): the sizes are lower bounds")
    lines += [f"{path} was left out: its disk does not answer" for path in data["silent"]]
    if data["unreadable"]:
        lines.append(f"{data['unreadable']:,} directories may not be read by this user")
    lines += ["Directories:", *(f"{size(row['bytes']):>10}  {row['path']}" for row in data["directories"])]
    lines += [
        "Files:",
        *(
            f"{size(row['bytes']):>10}  {row['path']} ({row['modified'] or 'no date'})"
            for row in data["files"]
        ),
    ]
    return "\n".join(lines)
