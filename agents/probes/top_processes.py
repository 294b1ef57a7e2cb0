"""Which processes take the most CPU and the most memory now."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from typing import Annotated, Any

import psutil
from pydantic import BaseModel, ConfigDict, Field

from agents.probes.base import Probe, ProbeContext, ProbeResult
from agents.probes.findings import make_finding
from agents.probes.wording import printable, size
from agents.reports import Finding
from system.thresholds import Thresholds

INTERPRETERS = ("python", "node", "ruby", "perl", "php", "bash", "sh", "dash", "java")
HOG_PERCENT = 50
NAME_LENGTH = 60


class TopProcessesParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    count: Annotated[int, Field(ge=1, le=50)] = 5
    seconds: Annotated[float, Field(ge=0.1, le=10)] = 0.5


@dataclass(frozen=True)
class Reading:
    """A process at one moment. `key` tells it from a later one with the same number."""

    process: psutil.Process
    key: tuple[int, float]
    cpu_seconds: float
    memory: int


class TopProcesses(Probe[TopProcessesParams]):
    name = "top_processes"
    summary = "The processes that take the most CPU and memory"
    params_model = TopProcessesParams

    def collect(self, params: TopProcessesParams, context: ProbeContext) -> ProbeResult:
        started = time.monotonic()
        before = {reading.key: reading.cpu_seconds for reading in _read_processes()}
        context.stop.wait(params.seconds)
        seconds, readings = time.monotonic() - started, _read_processes()
        # one that is not in `before` began in between, with nothing spent
        percent = {r.key: 100 * max(0.0, r.cpu_seconds - before.get(r.key, 0.0)) / seconds for r in readings}
        by_cpu = sorted(readings, key=lambda r: (-percent[r.key], r.key))[: params.count]
        by_memory = sorted(readings, key=lambda r: (-r.memory, r.key))[: params.count]
        data = {
            "processes": len(readings),
            "by_cpu": [_row(r, percent[r.key]) for r in by_cpu if percent[r.key] >= 0.1],
            "by_memory": [_row(r, percent[r.key]) for r in by_memory],
        }
        return ProbeResult(data=data, text=_describe(data))

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        return [
            make_finding(
                f"{row['name']} holds {row['memory_percent']:g} % of the memory",
                "info",
                evidence=f"{_line(row)}.",
                recommendation="Fine for a database that was given it; otherwise look for a leak.",
                command=f"cat /proc/{row['pid']}/status",
            )
            for row in data["by_memory"]
            if row["memory_percent"] >= HOG_PERCENT
        ]


def _read_processes() -> list[Reading]:
    readings = []
    for process in psutil.process_iter(["create_time", "cpu_times", "memory_info"]):
        info = process.info
        if info["cpu_times"] is not None and info["memory_info"] is not None:
            spent = info["cpu_times"].user + info["cpu_times"].system
            readings.append(
                Reading(process, (process.pid, info["create_time"]), spent, info["memory_info"].rss)
            )
    return readings


def _row(reading: Reading, percent: float) -> dict[str, Any]:
    try:
        info = reading.process.as_dict(["name", "username", "cmdline"], ad_value=None)
    except psutil.NoSuchProcess:
        info = {"name": "(ended)", "username": None, "cmdline": None}
    return {
        "pid": reading.process.pid,
        "name": name_program(info["name"] or "?", info["cmdline"] or []),
        "user": printable(info["username"] or "?", NAME_LENGTH),
        "cpu_percent": round(percent, 1),
        "memory_bytes": reading.memory,
        "memory_percent": round(100 * reading.memory / psutil.virtual_memory().total, 1),
    }


def name_program(name: str, argv: Sequence[str]) -> str:
    """`name`, and for an interpreter what it runs. Nothing else of the arguments: they may hold secrets."""
    if name.startswith(INTERPRETERS):
        for flag, word in pairwise(argv):
            if flag == "-m":
                return printable(f"{name} -m {word}", NAME_LENGTH)
            if not word.startswith("-") and flag not in {"-c", "-e"} and "=" not in word:
                return printable(f"{name} {PurePath(word).name}", NAME_LENGTH)
            if flag in {"-c", "-e"}:
                break
    return printable(name, NAME_LENGTH)


def _line(row: Mapping[str, Any]) -> str:
    return (
        f"{row['name']} (pid {row['pid']}, {row['user']}): {row['cpu_percent']:g} % of one core,"
        f" {size(row['memory_bytes'])} ({row['memory_percent']:g} %)"
    )


def _describe(data: Mapping[str, Any]) -> str:
    lines = [f"{data['processes']} processes", "By CPU:", *(f"  {_line(row)}" for row in data["by_cpu"])]
    if not data["by_cpu"]:
        lines.append("  none takes any to speak of")
    return "\n".join([*lines, "By memory:", *(f"  {_line(row)}" for row in data["by_memory"])])
