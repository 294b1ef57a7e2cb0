"""Samples of this machine, for the health page and for the curves of the last days."""

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import NamedTuple

import psutil
from django.conf import settings
from django.utils import timezone

from system import app_settings
from system.endpoints import ClaudeLatency, is_any_reachable
from system.machine_health import verdicts_of
from system.models import SystemMetric
from system.thresholds import Health, Thresholds

_claude_latency = ClaudeLatency()
# What sensors that are not connected say: 0, -273, 255, 65261 …
COLDEST, HOTTEST = 0.0, 150.0


class Disk(NamedTuple):
    percent: float
    free: int
    total: int


def record_sample(node: str) -> SystemMetric:
    """Measure this machine and store it as a row of `node`.

    CPU is the average since the last call in this thread; the first call measures a tenth of a second.
    Takes some seconds when the network is down. Nothing is measured inside a transaction.
    """
    metric = _measure(node)
    metric.overall_health = health_of(metric, app_settings.get("health.thresholds"))
    metric.save(force_insert=True)
    return metric


def _measure(node: str) -> SystemMetric:
    disk = fullest_disk()
    load = os.getloadavg()
    return SystemMetric(
        node_id=node,
        cpu_usage_percent=_cpu_percent(),
        memory_usage_percent=psutil.virtual_memory().percent,
        disk_usage_percent=disk.percent if disk else None,
        disk_free_bytes=disk.free if disk else None,
        disk_total_bytes=disk.total if disk else None,
        load_average_1m=round(load[0], 2),
        load_average_5m=round(load[1], 2),
        load_average_15m=round(load[2], 2),
        internet_connected=is_any_reachable(settings.CONNECTIVITY_TARGETS),
        claude_api_latency_ms=_claude_latency.measure(
            api_key=settings.ANTHROPIC_API_KEY, base_url=settings.ANTHROPIC_BASE_URL
        ),
        temperature_c=_hottest(),
        cores=psutil.cpu_count(),
        timestamp=timezone.now(),
    )


_threads_seen: set[int] = set()


def _cpu_percent() -> float:
    """psutil compares with the last call of the same thread, and says 0 when there was none."""
    thread = threading.get_ident()
    first = thread not in _threads_seen
    _threads_seen.add(thread)
    return psutil.cpu_percent(interval=0.1 if first else None)


def fullest_disk() -> Disk | None:
    """The fuller of the disk of / and the disk of the data directory: the first to stop the work."""
    return max(_disks(), default=None, key=lambda disk: disk.percent)


def _disks() -> Iterator[Disk]:
    for path in ("/", str(settings.DATA_DIR)):
        with contextlib.suppress(OSError):
            usage = psutil.disk_usage(path)
            yield Disk(usage.percent, usage.free, usage.total)


def _hottest() -> float | None:
    read = getattr(psutil, "sensors_temperatures", None)  # absent where psutil cannot read any
    sensors = read() if read else {}
    known = [each.current for chip in sensors.values() for each in chip if each.current is not None]
    return max((degrees for degrees in known if COLDEST < degrees < HOTTEST), default=None)


def health_of(metric: SystemMetric, thresholds: Thresholds) -> Health:
    """The worst of what was measured. Being offline is no illness: many machines are so on purpose."""
    return Health.worst(*(verdict.health for verdict in verdicts_of(metric, thresholds)))
