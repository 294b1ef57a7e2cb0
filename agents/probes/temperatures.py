"""How hot the machine's sensors say it is."""

from collections.abc import Iterable, Mapping
from typing import Any

import psutil

from agents.probes.base import NoParams, Probe, ProbeContext, ProbeResult
from agents.probes.findings import make_finding, severity_of
from agents.probes.wording import listed, printable
from agents.reports import Finding, Severity
from system.thresholds import Thresholds

# What sensors that are not connected say: 0, -273, 255, 65261 …
COLDEST, HOTTEST = 0.0, 150.0
LOWEST_LIMIT = 40.0  # some chips name a limit of 0 or 1 when they have none


class Temperatures(Probe[NoParams]):
    name = "temperatures"
    summary = "Temperature of every sensor"
    params_model = NoParams

    def collect(self, params: NoParams, context: ProbeContext) -> ProbeResult:
        read = getattr(psutil, "sensors_temperatures", None)  # absent where psutil cannot read any
        sensors = choose_sensors(read() if read else {})
        if not sensors:
            return ProbeResult(skipped="this machine has no temperature sensor that can be read")
        lines = [f"{sensor['sensor']}: {sensor['celsius']:g} °C{_limit(sensor)}" for sensor in sensors]
        return ProbeResult(
            data={"hottest_celsius": sensors[0]["celsius"], "sensors": sensors}, text="\n".join(lines)
        )

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        judged = [(sensor, _judge(sensor, thresholds)) for sensor in data["sensors"]]
        hot = [(sensor, severity) for sensor, severity in judged if severity]
        if not hot:
            return []
        hottest, _ = hot[0]
        return [
            make_finding(
                f"{hottest['sensor']} at {hottest['celsius']:g} °C",
                "critical" if any(severity == "critical" for _, severity in hot) else "warning",
                evidence=listed(
                    [f"{sensor['sensor']} {sensor['celsius']:g} °C{_limit(sensor)}" for sensor, _ in hot], 20
                ),
                recommendation=(
                    "Check fans, dust, and the room's air. A processor that gets too hot slows down, then"
                    " switches off; a disk that stays hot dies early."
                ),
                command="sensors",
            )
        ]


def choose_sensors(readings: Mapping[str, Iterable[Any]]) -> list[dict[str, Any]]:
    """psutil's readings as rows, hottest first, without what no machine can have."""
    rows = [
        {
            "sensor": printable(f"{chip} {entry.label}".strip(), 80),
            "celsius": round(entry.current, 1),
            "critical_celsius": entry.critical if LOWEST_LIMIT <= (entry.critical or 0) < HOTTEST else None,
        }
        for chip, entries in readings.items()
        for entry in entries
        if entry.current is not None and COLDEST < entry.current < HOTTEST
    ]
    return sorted(rows, key=lambda row: -row["celsius"])


def _limit(sensor: Mapping[str, Any]) -> str:
    limit = sensor["critical_celsius"]
    return f" (its own limit is {limit:g} °C)" if limit else ""


def _judge(sensor: Mapping[str, Any], thresholds: Thresholds) -> Severity | None:
    limit = sensor["critical_celsius"]
    if limit and sensor["celsius"] >= limit:
        return "critical"
    return severity_of(thresholds.temperature_c, sensor["celsius"])
