"""CPU use is measured for a moment, and judged together with the load."""

import subprocess
import sys
import time
from typing import Any

import pytest

from agents.probes.cpu import Cpu, CpuParams
from agents.stopping import Stop, StopReason
from system.thresholds import Limits, Thresholds
from tests.agents.probes.machine import on_this_machine

CALM: dict[str, Any] = {
    "usage_percent": 5.0,
    "per_core_percent": [4.0, 6.0],
    "cores": 2,
    "iowait_percent": 0.0,
    "steal_percent": 0.0,
    "load": {"1m": 1.0, "5m": 0.1, "15m": 0.1},
    "load_per_core": 0.05,
    "seconds": 0.5,
}


def found(**changes: Any) -> list[tuple[str, str]]:
    return [(f.title, f.severity) for f in Cpu().assess({**CALM, **changes}, Thresholds())]


def test_a_busy_core_is_seen() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinner:
        try:
            data = Cpu().collect(CpuParams(), on_this_machine()).data
        finally:
            spinner.kill()
    assert max(data["per_core_percent"]) > 30
    assert data["usage_percent"] == pytest.approx(sum(data["per_core_percent"]) / data["cores"], abs=0.2)
    assert all(0 <= core <= 100 for core in data["per_core_percent"])


def test_a_stop_ends_the_measurement() -> None:
    stop = Stop()
    stop.request(StopReason.CANCELLED)
    began = time.monotonic()
    Cpu().collect(CpuParams(seconds=10), on_this_machine(stop=stop))
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"usage_percent": 69.9}, []),
        ({"usage_percent": 70.0}, [("CPU at 70 %", "warning")]),
        ({"usage_percent": 90.0}, [("CPU at 90 %", "critical")]),
        ({"load_per_core": 1.99}, []),
        ({"load_per_core": 2.0}, [("Load of 2 per core", "warning")]),
        ({"load_per_core": 4.0}, [("Load of 4 per core", "critical")]),
    ],
)
def test_the_limits_are_70_and_90_percent_and_a_load_of_2_and_4(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert found(**changes) == expected


def test_what_has_begun_within_the_minute_is_no_trouble_yet() -> None:
    """As when the product itself starts: all cores are full, which the load does not show yet."""
    begun = {"usage_percent": 99.0, "load": {"1m": 0.9, "5m": 0.3, "15m": 0.1}}
    assert found(**begun) == [("CPU at 99 %", "info")]
    assert found(**begun | {"load": {"1m": 1.0, "5m": 0.3, "15m": 0.1}}) == [("CPU at 99 %", "critical")]


def test_load_without_work_points_at_what_hangs() -> None:
    (idle,) = Cpu().assess({**CALM, "load_per_core": 9.0}, Thresholds())
    (_, busy) = Cpu().assess({**CALM, "load_per_core": 9.0, "usage_percent": 100.0}, Thresholds())
    assert "wait for something else" in idle.recommendation
    assert "More programs want to run" in busy.recommendation


def test_other_limits_are_heeded() -> None:
    limits = Thresholds(cpu_percent=Limits(warning=1, critical=2))
    assert [f.severity for f in Cpu().assess(CALM, limits)] == ["critical"]
