"""What could go from the disks, and how much room it would give. Nothing is ever removed here."""

import os
import shlex
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from agents.probes.base import Probe, ProbeContext, ProbeResult
from agents.probes.cleanup_places import ROTATED, Place, home_places, ordinary_homes, system_places
from agents.probes.disk_walk import DiskWalk
from agents.probes.docker_usage import ARGV, TOOL_SECONDS, parse_usage
from agents.probes.findings import make_finding
from agents.probes.mounts import ReachableDisks
from agents.probes.wording import printable, size
from agents.reports import Finding
from system.thresholds import Thresholds

MIB = 1 << 20
MOST_CANDIDATES, MOST_FINDINGS = 50, 10


class CleanupCandidatesParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    min_bytes: Annotated[int, Field(ge=0)] = 50 * MIB
    big_log_bytes: Annotated[int, Field(ge=MIB)] = 200 * MIB
    temporary_days: Annotated[int, Field(ge=1, le=3650)] = 10
    log_days: Annotated[int, Field(ge=1, le=3650)] = 30
    max_seconds: Annotated[float, Field(ge=1, le=3600)] = 45
    max_entries: Annotated[int, Field(ge=100, le=50_000_000)] = 2_000_000


class CleanupCandidates(Probe[CleanupCandidatesParams]):
    name = "cleanup_candidates"
    summary = "What could be removed from the disks, with sizes and commands; removes nothing"
    params_model = CleanupCandidatesParams

    def __init__(self, root: Path = Path("/"), homes: Iterable[str] | None = None) -> None:
        self._root = root
        self._homes = homes

    def collect(self, params: CleanupCandidatesParams, context: ProbeContext) -> ProbeResult:
        walk = DiskWalk(params.max_seconds, params.max_entries, context.stop, context.log)
        disks = ReachableDisks(context.run_tool)
        places = [place for place in self._places(params) if disks.holds(place.path)]
        rows = [row for place in places if (row := _measure(place, walk))]
        rows += _find_big_logs(f"{self._base}/var/log", walk, params.big_log_bytes)
        docker, note = _ask_docker(context)
        worth = [row for row in [*rows, *docker] if row["bytes"] >= max(1, params.min_bytes)]
        worth.sort(key=lambda row: (-row["bytes"], row["what"]))
        data = {
            "total_bytes": sum(row["bytes"] for row in worth),
            "candidates": worth[:MOST_CANDIDATES],
            "looked_at": len(rows) + len(docker),
            "unreadable": walk.unreadable,
            "notes": [note for note in (note, walk.cut) if note],
        }
        return ProbeResult(data=data, text=_describe(data))

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        return [
            make_finding(
                f"{row['what']}: {size(row['bytes'])}",
                "info",
                key=f"cleanup {row['what']} {row['path']}".strip(),
                evidence=f"{row['path']}: {size(row['bytes'])}." if row["path"] else f"{size(row['bytes'])}.",
                recommendation=row["advice"],
                command=row["command"],
            )
            for row in data["candidates"][:MOST_FINDINGS]
        ]

    @property
    def _base(self) -> str:
        return str(self._root).rstrip("/")

    def _places(self, params: CleanupCandidatesParams) -> list[Place]:
        homes = ordinary_homes() if self._homes is None else self._homes
        return [
            *system_places(
                self._base, now=time.time(), temporary_days=params.temporary_days, log_days=params.log_days
            ),
            *(place for home in homes for place in home_places(home)),
        ]


def _measure(place: Place, walk: DiskWalk) -> dict[str, Any] | None:
    if not os.path.isdir(place.path):  # noqa: PTH112
        return None
    found = sum(f.allocated for f in walk.under(place.path) if not f.is_directory and place.takes(f))
    return _row(place.what, place.path, found, place.advice, place.command)


def _row(what: str, path: str, count: int, advice: str, command: str | None) -> dict[str, Any]:
    # a path that cannot be shown as it is cannot be given in a command either
    shown = printable(path, 1000)
    return {
        "what": printable(what, 150),
        "path": shown,
        "bytes": count,
        "advice": advice,
        "command": command if shown == path else None,
    }


def _find_big_logs(directory: str, walk: DiskWalk, least: int) -> list[dict[str, Any]]:
    """Logs that are still written to; the journal keeps its own house."""
    journal = f"{directory}/journal/"
    return [
        _row(
            f"Large log {os.path.basename(found.path)}",  # noqa: PTH119
            found.path,
            found.allocated,
            "See what fills it, and rotate it (/etc/logrotate.d). Emptying it keeps its program running.",
            f"truncate --size=0 -- {shlex.quote(found.path)}",
        )
        for found in walk.under(directory)
        if not found.is_directory
        and found.allocated >= least
        and not found.path.startswith(journal)
        and not ROTATED.fullmatch(found.path)
    ]


def _ask_docker(context: ProbeContext) -> tuple[list[dict[str, Any]], str]:
    try:
        rows = parse_usage(context.run_tool(ARGV, TOOL_SECONDS))
    except FileNotFoundError:
        return [], ""
    except (OSError, TimeoutError) as error:
        return [], printable(f"docker was not asked: {error}", 200)
    return [{**row, "path": ""} for row in rows], ""


def _describe(data: Mapping[str, Any]) -> str:
    if not data["candidates"]:
        return "\n".join(["Nothing worth removing was found", *data["notes"]])
    lines = [f"{size(data['total_bytes'])} could be freed; nothing was removed"]
    for row in data["candidates"]:
        where = f" ({row['path']})" if row["path"] else ""
        lines.append(f"{size(row['bytes']):>10}  {row['what']}{where}")
        lines.append(f"            {row['advice']}" + (f" → {row['command']}" if row["command"] else ""))
    return "\n".join([*lines, *data["notes"]])
