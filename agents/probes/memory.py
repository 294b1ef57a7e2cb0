"""How much memory and swap are left, and whether programs were killed for lack of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from agents.probes.base import NoParams, Probe, ProbeContext, ProbeResult
from agents.probes.findings import make_finding, severity_of
from agents.probes.wording import counted, size
from agents.reports import Finding
from system.thresholds import Health, Thresholds


def count_oom_kills(vmstat: Path = Path("/proc/vmstat")) -> int | None:
    """Programs that the kernel killed for lack of memory since it started; None where it does not say."""
    try:
        lines = vmstat.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), None)


def _killed_since(previous: Mapping[str, Any] | None, now: int | None) -> int | None:
    """None when there is nothing to compare with, or when the machine has restarted since."""
    before = (previous or {}).get("oom_kills")
    if now is None or not isinstance(before, int) or before > now:
        return None
    return now - before


class Memory(Probe[NoParams]):
    name = "memory"
    summary = "Memory and swap in use, and programs killed for lack of memory"
    params_model = NoParams

    def collect(self, params: NoParams, context: ProbeContext) -> ProbeResult:
        memory, swap = psutil.virtual_memory(), psutil.swap_memory()
        kills = count_oom_kills()
        data = {
            "percent": memory.percent,
            "total_bytes": memory.total,
            "available_bytes": memory.available,
            "swap_percent": swap.percent,
            "swap_total_bytes": swap.total,
            "swap_used_bytes": swap.used,
            "oom_kills": kills,
            "new_oom_kills": _killed_since(context.previous, kills),
        }
        return ProbeResult(
            data=data, text=f"{_describe_memory(data)}\n{_describe_swap(data)}{_describe_kills(data)}"
        )

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        return [*_judge_memory(data, thresholds), *_judge_swap(data, thresholds), *_judge_kills(data)]


def _describe_memory(data: Mapping[str, Any]) -> str:
    used = data["total_bytes"] - data["available_bytes"]
    return (
        f"Memory {data['percent']:g} %: {size(used)} of {size(data['total_bytes'])} in use,"
        f" {size(data['available_bytes'])} available"
    )


def _describe_swap(data: Mapping[str, Any]) -> str:
    if not data["swap_total_bytes"]:
        return "Swap: none"
    used, total = data["swap_used_bytes"], data["swap_total_bytes"]
    return f"Swap {data['swap_percent']:g} %: {size(used)} of {size(total)} in use"


def _describe_kills(data: Mapping[str, Any]) -> str:
    return f"\nKilled for lack of memory since the start: {data['oom_kills']}" if data["oom_kills"] else ""


def _judge_memory(data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
    severity = severity_of(thresholds.memory_percent, data["percent"])
    if severity is None:
        return []
    return [
        make_finding(
            f"Memory at {data['percent']:g} %",
            severity,
            evidence=f"{_describe_memory(data)}. {_describe_swap(data)}.",
            recommendation=(
                "See which programs hold it, in “Top processes”. Restart one that leaks, lower the limits of"
                " caches and databases, or add memory, before the kernel starts to kill programs."
            ),
            command="ps -eo pid,user,rss,comm --sort=-rss | head -n 15",
        )
    ]


def _judge_swap(data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
    severity = (
        severity_of(thresholds.swap_percent, data["swap_percent"]) if data["swap_total_bytes"] else None
    )
    if severity is None:
        return []
    if thresholds.memory_percent.judge(data["percent"]) is Health.HEALTHY:
        severity = "warning"  # pages that nobody asked for lately: slow to come back, but nothing is short
    return [
        make_finding(
            f"Swap at {data['swap_percent']:g} %",
            severity,
            evidence=f"{_describe_swap(data)}. {_describe_memory(data)}.",
            recommendation=(
                "Programs have needed more memory than there is. See vmstat's columns si and so: if they are"
                " not zero, the machine is swapping now and is slow for it."
            ),
            command="vmstat 1 5",
        )
    ]


def _judge_kills(data: Mapping[str, Any]) -> list[Finding]:
    fresh = data["new_oom_kills"]
    total = data["oom_kills"] or 0
    if not (total if fresh is None else fresh):
        return []
    when = "since the machine started" if fresh is None else "since the last run"
    return [
        make_finding(
            f"{counted(fresh or total, 'program')} killed for lack of memory",
            "info" if fresh is None else "warning",
            key="killed-for-memory",
            evidence=f"The kernel killed {fresh or total} {when}, {total} since the machine started.",
            recommendation="Find what was killed and what took the memory; a service may be down since.",
            command="dmesg --ctime | grep -i 'killed process'",
        )
    ]
