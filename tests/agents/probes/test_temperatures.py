"""Sensors are read without those that tell nonsense, and judged by their own limit, too."""

from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from agents.probes.base import NoParams
from agents.probes.temperatures import Temperatures, choose_sensors
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine


def reading(label: str, current: float | None, critical: float | None = None) -> Any:
    return SimpleNamespace(label=label, current=current, high=None, critical=critical)


def found(*readings: Any) -> list[tuple[str, str]]:
    data = {"sensors": choose_sensors({"coretemp": readings})}
    return [(f.title, f.severity) for f in Temperatures().assess(data, Thresholds())]


def test_a_machine_without_sensors_says_so() -> None:
    result = Temperatures().collect(NoParams(), on_this_machine())
    assert bool(result.skipped) == (not choose_sensors(psutil.sensors_temperatures()))


def test_nonsense_is_left_out_and_the_hottest_comes_first() -> None:
    rows = choose_sensors(
        {
            "acpitz": [reading("", -273.2), reading("", 0.0), reading("x", None)],
            "nvme": [reading("Composite", 41.85, 65261.85), reading("Sensor 2", 255.0)],
            "coretemp": [reading("Core 0", 52.0, 100.0)],
        }
    )
    assert rows == [
        {"sensor": "coretemp Core 0", "celsius": 52.0, "critical_celsius": 100.0},
        {"sensor": "nvme Composite", "celsius": 41.9, "critical_celsius": None},
    ]


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([reading("Core 0", 79.9)], []),
        ([reading("Core 0", 80.0)], [("coretemp Core 0 at 80 °C", "warning")]),
        ([reading("Core 0", 95.0)], [("coretemp Core 0 at 95 °C", "critical")]),
        ([reading("Disk", 71.0, 70.0)], [("coretemp Disk at 71 °C", "critical")]),
    ],
)
def test_what_is_said_of_them(readings: list[Any], expected: list[tuple[str, str]]) -> None:
    assert found(*readings) == expected


def test_many_hot_cores_are_one_finding() -> None:
    data = {"sensors": choose_sensors({"coretemp": [reading(f"Core {n}", 80.0 + n) for n in range(16)]})}
    (finding,) = Temperatures().assess(data, Thresholds())
    assert finding.title == "coretemp Core 15 at 95 °C"
    assert "Core 0 80 °C" in finding.evidence
