"""Samples of machines in the past, without a machine."""

from datetime import datetime, timedelta
from typing import Any

from system.models import SystemMetric


def sampled(node: str, begin: datetime, count: int, seconds: float = 30, **readings: Any) -> None:
    """So many samples from `begin` on. CPU counts up from 0 by one, unless `cpu` says what each has."""
    cpu = readings.pop("cpu", None)
    SystemMetric.objects.bulk_create(
        SystemMetric(
            node_id=node,
            timestamp=begin + timedelta(seconds=seconds * number),
            cpu_usage_percent=number % 100 if cpu is None else cpu,
            **readings,
        )
        for number in range(count)
    )
