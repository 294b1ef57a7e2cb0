"""What is sampled of a machine over time: the columns of a sample, and what they are called."""

from collections.abc import Callable
from dataclasses import dataclass

from system.thresholds import Limits, Thresholds


@dataclass(frozen=True)
class Quantity:
    """`column` is of SystemMetric; `top` is where its axis ends, if that is always the same.

    `limits` are those in force for it, of a machine with so many cores; None where it has none.
    """

    name: str
    column: str
    title: str
    unit: str
    top: float | None
    limits: Callable[[Thresholds, int], Limits | None]

    def read(self, value: float) -> str:
        """ "12.5 %", "340 ms"."""
        number = f"{value:,.0f}" if self.unit == "ms" else f"{value:.2f}" if not self.unit else f"{value:.1f}"
        return f"{number} {self.unit}".rstrip()


def _of_load(thresholds: Thresholds, cores: int) -> Limits:
    per_core = thresholds.load_per_core
    return Limits(warning=per_core.warning * cores, critical=per_core.critical * cores)


QUANTITIES = (
    Quantity("cpu", "cpu_usage_percent", "CPU", "%", 100, lambda limits, _: limits.cpu_percent),
    Quantity("memory", "memory_usage_percent", "Memory", "%", 100, lambda limits, _: limits.memory_percent),
    Quantity("disk", "disk_usage_percent", "Fullest disk", "%", 100, lambda limits, _: limits.disk_percent),
    Quantity("load", "load_average_5m", "Load, mean of 5 min", "", None, _of_load),
    Quantity(
        "temperature", "temperature_c", "Temperature", "°C", None, lambda limits, _: limits.temperature_c
    ),
    Quantity("latency", "claude_api_latency_ms", "Claude API, time to connect", "ms", None, lambda *_: None),
)
