"""How busy the processors are, each of them, and how many programs wait for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import psutil
from pydantic import BaseModel, ConfigDict, Field

from agents.probes.base import Probe, ProbeContext, ProbeResult
from agents.probes.findings import make_finding, severity_of
from agents.reports import Finding
from agents.stopping import Stop
from system.thresholds import Thresholds, has_lasted

BUSY_PERCENT = 70
SECOND_LOOK_SECONDS = 1.5


class CpuParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    seconds: Annotated[float, Field(ge=0.1, le=10)] = 0.5


@dataclass(frozen=True)
class CpuSample:
    """Shares of the time between two readings, in percent."""

    per_core: list[float]
    iowait: float
    steal: float

    @property
    def usage(self) -> float:
        return sum(self.per_core) / len(self.per_core) if self.per_core else 0.0


def _share(part: float, whole: float) -> float:
    return min(100.0, max(0.0, 100 * part / whole)) if whole > 0 else 0.0


def take_sample(seconds: float, stop: Stop) -> CpuSample:
    """Waiting for a disk counts as idle, as it does in top. A stop ends the wait early."""
    first = psutil.cpu_times(percpu=True)
    stop.wait(seconds)
    second = psutil.cpu_times(percpu=True)
    # guest time is already within user time
    counted = [name for name in first[0]._fields if not name.startswith("guest")]
    # strict=False: a core may come or go in between
    pairs = zip(first, second, strict=False)
    spent = [{name: getattr(b, name) - getattr(a, name) for name in counted} for a, b in pairs]
    wholes = [sum(core.values()) for core in spent]
    idle = [core["idle"] + core.get("iowait", 0.0) for core in spent]
    return CpuSample(
        per_core=[_share(whole - rest, whole) for whole, rest in zip(wholes, idle, strict=True)],
        iowait=_share(sum(core.get("iowait", 0.0) for core in spent), sum(wholes)),
        steal=_share(sum(core.get("steal", 0.0) for core in spent), sum(wholes)),
    )


class Cpu(Probe[CpuParams]):
    name = "cpu"
    summary = "CPU use of every core and load per core"
    params_model = CpuParams

    def collect(self, params: CpuParams, context: ProbeContext) -> ProbeResult:
        sample, seconds = take_sample(params.seconds, context.stop), params.seconds
        if sample.usage >= BUSY_PERCENT and seconds < SECOND_LOOK_SECONDS:
            # A program that starts, this run's own included, fills half a second; trouble lasts longer.
            sample, seconds = take_sample(SECOND_LOOK_SECONDS, context.stop), SECOND_LOOK_SECONDS
        cores = max(1, len(sample.per_core))
        loads = psutil.getloadavg()
        data = {
            "usage_percent": round(sample.usage, 1),
            "per_core_percent": [round(core, 1) for core in sample.per_core],
            "cores": cores,
            "iowait_percent": round(sample.iowait, 1),
            "steal_percent": round(sample.steal, 1),
            "load": {name: round(load, 2) for name, load in zip(("1m", "5m", "15m"), loads, strict=True)},
            "load_per_core": round(loads[1] / cores, 2),
            "seconds": seconds,
        }
        return ProbeResult(data=data, text=_describe(data))

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        return [*_judge_usage(data, thresholds), *_judge_load(data, thresholds)]


def _describe(data: Mapping[str, Any]) -> str:
    load = data["load"]
    return (
        f"CPU {data['usage_percent']} % of {data['cores']} cores over {data['seconds']:g} s"
        f" (waiting for disks {data['iowait_percent']} %, stolen by the host {data['steal_percent']} %)\n"
        f"Per core: {', '.join(f'{core} %' for core in data['per_core_percent'])}\n"
        f"Load average: {load['1m']} (1 min), {load['5m']} (5 min), {load['15m']} (15 min);"
        f" {data['load_per_core']} per core over 5 min"
    )


def _judge_usage(data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
    usage = data["usage_percent"]
    severity = severity_of(thresholds.cpu_percent, usage)
    if severity is None:
        return []
    if not has_lasted(usage, data["load"]["1m"], data["cores"]):
        return [
            make_finding(
                f"CPU at {usage:g} %",
                "info",
                evidence=_describe(data),
                recommendation="Nothing, unless it stays: the load shows that this began within the minute.",
            )
        ]
    return [
        make_finding(
            f"CPU at {usage:g} %",
            severity,
            evidence=_describe(data),
            recommendation=(
                "See which programs take it, in “Top processes” or with top. If the load over 15 minutes is"
                " low this has only begun, and may be a build, a backup or an update that ends by itself."
            ),
            command="top -b -n 1 -o %CPU | head -n 20",
        )
    ]


def _judge_load(data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
    severity = severity_of(thresholds.load_per_core, data["load_per_core"])
    if severity is None:
        return []
    starved = data["usage_percent"] < BUSY_PERCENT
    return [
        make_finding(
            f"Load of {data['load_per_core']:g} per core",
            severity,
            evidence=_describe(data),
            recommendation=(
                "The CPU is not full, so programs wait for something else: a slow disk, or a network mount"
                " that does not answer. Look for processes in state D."
                if starved
                else "More programs want to run than there are cores. Stop or move some, or spread them out."
            ),
            command="ps -eo state,pid,user,etime,comm | grep '^D'" if starved else "uptime",
        )
    ]
