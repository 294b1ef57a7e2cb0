"""Zombies are counted with the parents that do not collect them."""

import os
import subprocess
import sys

import psutil
import pytest

from agents.probes.base import NoParams
from agents.probes.zombies import Zombies
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine


def test_a_real_zombie_is_found_with_its_parent_and_gone_when_collected() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is not collected
    data = Zombies().collect(NoParams(), on_this_machine()).data
    (row,) = [row for row in data["zombies"] if row["pid"] == child.pid]
    assert row["parent_pid"] == os.getpid()
    assert f"{psutil.Process().name()} (pid {os.getpid()})" in data["parents"]
    child.wait()
    after = Zombies().collect(NoParams(), on_this_machine()).data
    assert child.pid not in [row["pid"] for row in after["zombies"]]


@pytest.mark.parametrize(("count", "severities"), [(0, []), (1, ["info"]), (49, ["info"]), (50, ["warning"])])
def test_a_few_are_no_trouble(count: int, severities: list[str]) -> None:
    data = {"count": count, "zombies": [], "parents": {"sloppy (pid 7)": count}}
    assert [f.severity for f in Zombies().assess(data, Thresholds())] == severities
