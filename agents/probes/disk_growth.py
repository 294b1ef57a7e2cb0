"""How fast each disk fills, and when it will be full."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.probes.base import Probe, ProbeContext, ProbeResult
from agents.probes.findings import make_finding
from agents.probes.mounts import NoAnswer, is_directory, list_mounts, measure
from agents.probes.wording import duration, printable, size
from agents.reports import Finding
from system.thresholds import Thresholds

DAY = 86400.0
SHORTEST_TREND = 3600.0  # growth over less is not made into a growth per day
SAMPLE_GAP, MOST_SAMPLES = 12 * 3600.0, 28  # two weeks
SOON_DAYS, LATER_DAYS = 3, 14
SOLID_TREND = 12 * 3600.0  # over less, a backup or an update looks like a disaster
LEAST_GROWTH = 0.01  # of the disk


class Sample(NamedTuple):
    at: float
    used: int


class DiskHistory(BaseModel):
    """One disk in this probe's data. `samples` are carried on from run to run, the oldest first."""

    path: str
    device: str
    total_bytes: int
    used_bytes: int
    free_bytes: int
    samples: list[Sample]
    since: str | None = None
    since_seconds: float | None = None
    growth_bytes: int | None = None
    trend_seconds: float | None = None
    bytes_per_day: float | None = None
    days_until_full: float | None = None


class GrowthData(BaseModel):
    at: float
    disks: list[DiskHistory]


class DiskGrowthParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    network_timeout_s: Annotated[float, Field(ge=0.5, le=30)] = 3


class DiskGrowth(Probe[DiskGrowthParams]):
    name = "disk_growth"
    summary = "How much each disk has grown since the last run, and when it will be full"
    params_model = DiskGrowthParams

    def collect(self, params: DiskGrowthParams, context: ProbeContext) -> ProbeResult:
        now = time.time()
        before = _read(context.previous)
        disks = []
        for mount in filter(is_directory, list_mounts()):
            if context.stop.is_set():
                break
            try:
                usage = measure(mount, context.run_tool, params.network_timeout_s)
            except (NoAnswer, OSError):
                continue  # what `disks` reports
            if usage.total and not mount.read_only:
                disk = DiskHistory(
                    path=printable(mount.path),
                    device=printable(mount.device),
                    total_bytes=usage.total,
                    used_bytes=usage.used,
                    free_bytes=usage.free,
                    samples=[],
                )
                disks.append(compare(disk, before, now))
        if not disks:
            return ProbeResult(skipped="no disk that takes writes is mounted on this machine")
        data = GrowthData(at=now, disks=disks)
        return ProbeResult(data=data.model_dump(mode="json"), text="\n".join(map(describe, disks)))

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        return [finding for disk in GrowthData.model_validate(data).disks if (finding := _judge(disk))]


def _read(previous: Mapping[str, Any] | None) -> GrowthData | None:
    try:
        return GrowthData.model_validate(previous) if previous else None
    except ValidationError:  # of an older shape
        return None


def compare(disk: DiskHistory, before: GrowthData | None, now: float) -> DiskHistory:
    """`disk` with its growth, if `before` knows the same disk at the same size."""
    old = next((o for o in before.disks if _is_same(o, disk)), None) if before else None
    here = Sample(at=round(now), used=disk.used_bytes)
    if before is None or old is None or before.at >= now:
        return disk.model_copy(update={"samples": [here]})
    samples = old.samples[-MOST_SAMPLES:]
    if not samples or now - samples[-1].at >= SAMPLE_GAP:
        samples = [*samples, here][-MOST_SAMPLES:]
    return disk.model_copy(
        update={
            "samples": samples,
            "since": datetime.fromtimestamp(before.at, UTC).isoformat(timespec="seconds"),
            "since_seconds": now - before.at,
            "growth_bytes": disk.used_bytes - old.used_bytes,
            **_trend(samples[0], here, disk.free_bytes),
        }
    )


def _is_same(old: DiskHistory, disk: DiskHistory) -> bool:
    return (old.path, old.device, old.total_bytes) == (disk.path, disk.device, disk.total_bytes)


def _trend(oldest: Sample, here: Sample, free: int) -> dict[str, float]:
    span = here.at - oldest.at
    if span < SHORTEST_TREND:
        return {}
    per_day = (here.used - oldest.used) / span * DAY
    trend = {"trend_seconds": span, "bytes_per_day": per_day}
    return trend | {"days_until_full": free / per_day} if per_day > 0 else trend


def describe(disk: DiskHistory) -> str:
    head = f"{disk.path}: {size(disk.used_bytes)} used, {size(disk.free_bytes)} free"
    if disk.growth_bytes is None:
        return f"{head}; nothing to compare with yet, the next run will tell"
    sign = "+" if disk.growth_bytes >= 0 else ""
    ago = duration(disk.since_seconds or 0)
    text = f"{head}; {sign}{size(disk.growth_bytes)} since the run of {disk.since} ({ago} ago)"
    if disk.bytes_per_day is None or disk.trend_seconds is None:
        return text
    text += f"; {size(disk.bytes_per_day)} a day over {duration(disk.trend_seconds)}"
    return f"{text}; full in {disk.days_until_full:,.0f} days" if disk.days_until_full is not None else text


def _judge(disk: DiskHistory) -> Finding | None:
    days = disk.days_until_full
    if days is None or days > LATER_DAYS or (disk.trend_seconds or 0) < SOLID_TREND:
        return None
    if disk.used_bytes - disk.samples[0].used < LEAST_GROWTH * disk.total_bytes:
        return None
    return make_finding(
        f"Disk {disk.path} will be full in {days:.0f} days",
        "critical" if days <= SOON_DAYS else "warning",
        evidence=f"{describe(disk)}.",
        recommendation=(
            "Find what grows (compare the largest directories of two runs), and free or add room before then."
        ),
    )
