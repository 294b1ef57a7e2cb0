"""A backup taken while four processes write is of one moment, and what was queued in it runs once."""

import json
import subprocess
import sys

import pytest

from tests.faults.home import ROOT, Home

pytestmark = pytest.mark.processes
ROUNDS = 3


def test_it_is_of_one_moment_and_what_was_queued_runs_once(home: Home) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.system.backups.under_load", str(ROUNDS), "last"],
        cwd=ROOT,
        env=home.environment(PAUSE_SECONDS="0.005"),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert [found["round"] for found in rounds] == [1, 2, 3]
    assert rounds[-1]["ran"] == rounds[-1]["pending"] > 0
