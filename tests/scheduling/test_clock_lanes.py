"""Lanes of the clock: none keeps another waiting, and none goes on alone."""

import subprocess
import sys

from scheduling.clock import LANE_DIED
from tests.faults.home import ROOT, Home

PRELUDE = """
import os, sys, time
import django
django.setup()
from scheduling.clock import run_clock
from scheduling.duties import Duty, Lane
"""
SLOW = (
    PRELUDE
    + """
looks = iter(range(3))
first = Lane("first", [Duty("looks", 0.01, lambda: next(looks, None) is None and os._exit(3))])
second = Lane("second", [Duty("waits for a network", 1.0, lambda: time.sleep(600))])
run_clock([first, second, Lane("without duties", [])])
"""
)
ENDS = (
    PRELUDE
    + """
ends = Duty("ends", 1.0, lambda: sys.exit(0))
run_clock([Lane("first", [Duty("rests", 600.0, lambda: None)]), Lane("second", [ends])])
"""
)


def run(home: Home, script: str) -> int:
    environment = home.environment(DJANGO_SETTINGS_MODULE="claudeops.settings")
    return subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, timeout=60).returncode


def test_one_that_waits_keeps_no_other_waiting(home: Home) -> None:
    assert run(home, SLOW) == 3


def test_one_that_ends_ends_the_process(home: Home) -> None:
    """Its parent starts the clock anew."""
    assert run(home, ENDS) == LANE_DIED
