"""Memory, swap, and programs that were killed for lack of memory."""

from pathlib import Path
from typing import Any

import psutil
import pytest

from agents.probes.base import NoParams
from agents.probes.memory import Memory, count_oom_kills
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine

GIB = 1 << 30
FINE: dict[str, Any] = {
    "percent": 40.0,
    "total_bytes": 16 * GIB,
    "available_bytes": 9 * GIB,
    "swap_percent": 0.0,
    "swap_total_bytes": 4 * GIB,
    "swap_used_bytes": 0,
    "oom_kills": 0,
    "new_oom_kills": 0,
}


def found(**changes: Any) -> list[tuple[str, str]]:
    return [(f.title, f.severity) for f in Memory().assess({**FINE, **changes}, Thresholds())]


def test_this_machines_memory_is_read() -> None:
    data = Memory().collect(NoParams(), on_this_machine()).data
    assert data["total_bytes"] == psutil.virtual_memory().total
    assert 0 < data["available_bytes"] <= data["total_bytes"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"percent": 79.9}, []),
        ({"percent": 80.0}, [("Memory at 80 %", "warning")]),
        ({"percent": 95.0}, [("Memory at 95 %", "critical")]),
        ({"swap_percent": 97.0}, [("Swap at 97 %", "warning")]),  # with memory to spare
        (
            {"swap_percent": 97.0, "percent": 85.0},
            [("Memory at 85 %", "warning"), ("Swap at 97 %", "critical")],
        ),
        ({"swap_percent": 100.0, "swap_total_bytes": 0}, []),
        ({"oom_kills": 3, "new_oom_kills": 0}, []),
        ({"oom_kills": 3, "new_oom_kills": 1}, [("1 program killed for lack of memory", "warning")]),
        ({"oom_kills": 3, "new_oom_kills": None}, [("3 programs killed for lack of memory", "info")]),
    ],
)
def test_what_is_said_of_it(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert found(**changes) == expected


def test_kills_are_counted_from_the_last_run(tmp_path: Path) -> None:
    vmstat = tmp_path / "vmstat"
    vmstat.write_text("nr_free_pages 12\noom_kill 7\n")
    assert count_oom_kills(vmstat) == 7
    assert count_oom_kills(tmp_path / "absent") is None
    now = count_oom_kills()
    if now is not None:
        before = on_this_machine(previous={"oom_kills": now + 1})  # the machine has restarted since
        assert Memory().collect(NoParams(), before).data["new_oom_kills"] is None
        same = on_this_machine(previous={"oom_kills": now})
        assert Memory().collect(NoParams(), same).data["new_oom_kills"] == 0
