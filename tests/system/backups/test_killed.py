"""SIGKILL at every step of a backup and of a restore: there is no half backup, and always a database."""

import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from tests.faults.home import ROOT, Home
from tests.system.backups.taking import write

pytestmark = pytest.mark.processes


def kill_everywhere(place: Home, kind: str) -> int:
    """The number of steps at which it was killed."""
    connection.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.system.backups.killed_everywhere", kind],
        cwd=ROOT,
        env=place.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_a_backup_is_whole_or_none(place: Home) -> None:
    assert kill_everywhere(place, "backup") > 15


def test_a_restore_leaves_the_old_database_or_the_new_one(place: Home) -> None:
    write("new")
    call_command("backup", stdout=StringIO())
    write("old")
    assert kill_everywhere(place, "restore") > 15
