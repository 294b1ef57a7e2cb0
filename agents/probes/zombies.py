"""Processes that have ended but whose parent has not noticed."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import psutil

from agents.probes.base import NoParams, Probe, ProbeContext, ProbeResult
from agents.probes.findings import make_finding
from agents.probes.wording import counted, printable
from agents.reports import Finding
from system.thresholds import Thresholds

SETTLE_SECONDS = 0.2  # a parent that is on its way to collect its child needs less
MANY = 50
MOST_LISTED = 100


class Zombies(Probe[NoParams]):
    name = "zombies"
    summary = "Zombie processes and the parents that do not collect them"
    params_model = NoParams

    def collect(self, params: NoParams, context: ProbeContext) -> ProbeResult:
        zombies = _find_zombies()
        if zombies:
            context.stop.wait(SETTLE_SECONDS)
            zombies &= _find_zombies()
        rows = [row for pid in sorted(zombies) if (row := _describe_one(pid))]
        by_parent = Counter(f"{row['parent']} (pid {row['parent_pid']})" for row in rows)
        data = {"count": len(rows), "zombies": rows[:MOST_LISTED], "parents": dict(by_parent.most_common(20))}
        return ProbeResult(data=data, text=_describe(data))

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        if not data["count"]:
            return []
        return [
            make_finding(
                counted(data["count"], "zombie"),
                "warning" if data["count"] >= MANY else "info",
                key="zombies",
                evidence=_describe(data),
                recommendation=(
                    "A zombie takes no memory and no CPU, only a number. Its parent alone can remove it."
                    " If they grow in number, restart the parent."
                ),
                command="ps -eo state,pid,ppid,etime,comm | grep '^Z'",
            )
        ]


def _find_zombies() -> set[int]:
    """By pid alone: the time of creation, as psutil works it out, moves when the clock is set."""
    found = psutil.process_iter(["status"])
    return {p.pid for p in found if p.info["status"] == psutil.STATUS_ZOMBIE}


def _describe_one(pid: int) -> dict[str, Any] | None:
    """None when it is gone by now."""
    try:
        zombie = psutil.Process(pid)
        parent = zombie.parent()
        return {
            "pid": pid,
            "name": printable(zombie.name(), 60),
            "parent_pid": parent.pid if parent else 0,
            "parent": printable(parent.name(), 60) if parent else "?",
        }
    except psutil.Error:
        return None


def _describe(data: Mapping[str, Any]) -> str:
    if not data["count"]:
        return "No zombie processes"
    parents = "; ".join(f"{number} of {parent}" for parent, number in data["parents"].items())
    return f"{data['count']} zombies: {parents}"
