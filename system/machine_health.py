"""Why a machine is as well as it is: each reading of its newest sample against the thresholds in force."""

from dataclasses import dataclass

import psutil
from django.conf import settings

from system.models import SystemMetric
from system.quantities import QUANTITIES, Quantity
from system.thresholds import Health, Limits, Thresholds, has_lasted

OLD_SAMPLES = 3  # times the pause between two


@dataclass(frozen=True)
class Verdict:
    """`value` is None where it could not be read; `limits` are None where there are none."""

    quantity: Quantity
    value: float | None
    limits: Limits | None
    health: Health

    @property
    def shown(self) -> str:
        return "–" if self.value is None else self.quantity.read(self.value)

    @property
    def why(self) -> str:
        """ "from 85.0 % on a warning, from 95.0 % on critical"."""
        if self.limits is None:
            return ""
        warning, critical = self.quantity.read(self.limits.warning), self.quantity.read(self.limits.critical)
        lasting = " once it lasts" if self.quantity.column == "cpu_usage_percent" else ""
        return f"from {warning} on a warning, from {critical} on critical{lasting}"


def old_after_seconds() -> float:
    """After so long a sample says nothing of now: several were missed, or its node is silent."""
    return max(OLD_SAMPLES * settings.METRICS_SECONDS, settings.LEASE_SECONDS)


def cores_of(metric: SystemMetric) -> int:
    """A sample of before its machine's were noted is taken for one of a machine like this."""
    return metric.cores or psutil.cpu_count() or 1


def verdicts_of(metric: SystemMetric, thresholds: Thresholds) -> list[Verdict]:
    cores = cores_of(metric)
    found = []
    for quantity in QUANTITIES:
        value = getattr(metric, quantity.column)
        limits = quantity.limits(thresholds, cores)
        found.append(Verdict(quantity, value, limits, _judge(metric, quantity, value, limits)))
    return found


def _judge(metric: SystemMetric, quantity: Quantity, value: float | None, limits: Limits | None) -> Health:
    if limits is None or value is None:
        return Health.HEALTHY
    if quantity.column == "cpu_usage_percent" and not has_lasted(
        value, metric.load_average_1m, cores_of(metric)
    ):
        return Health.HEALTHY
    return limits.judge(value)
