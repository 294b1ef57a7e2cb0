"""Why a machine is as well as it is: each reading of its newest sample against the thresholds in force."""

from dataclasses import dataclass

import psutil
from django.conf import settings

from system.models import SystemMetric
from system.quantities import QUANTITIES, Quantity
from system.thresholds import Health, Limits, Thresholds

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
        return f"from {warning} on a warning, from {critical} on critical"


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
        health = Health.HEALTHY if limits is None or value is None else limits.judge(value)
        found.append(Verdict(quantity, value, limits, health))
    return found
