"""Backups under four writers that never pause, and how long those of a large database take."""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.engines import Database, database_of
from tests.benchmarks.web_process import ROOT, manage

Row = tuple[str, str, str]

ROUNDS = 10
RECORDS = 300_000
LINE = "the disk of node {n} is {n} percent full, which was to be expected of number {n}; "
FILE = re.compile(r"^(/.*\.gz) \(", re.MULTILINE)


def main() -> list[Row]:
    return [*_under_load(), *_of_a_large_one()]


def _under_load() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="claudeops-bench-") as directory:
        ours = ("CLAUDEOPS_", "DATABASE_")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environment = {**clean, "CLAUDEOPS_DATA_DIR": directory, "CLAUDEOPS_ENV": "test"}
        manage(environment, "migrate", "--verbosity", "0")
        done = subprocess.run(
            [sys.executable, "-m", "tests.system.backups.under_load", str(ROUNDS), "each"],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    good = f"{len(rounds)} of {ROUNDS}{'' if done.returncode == 0 else ': ' + done.stderr.splitlines()[-1]}"
    took = [found["backup_s"] for found in rounds]
    written = sum(found["written_meanwhile"] for found in rounds)
    return [
        (
            "backups under 4 writers: of one moment, restored, what was queued ran once",
            good,
            f"{ROUNDS} of {ROUNDS}",
        ),
        ("  runs that were queued in them, and ran", str(sum(found["ran"] for found in rounds)), "all, once"),
        ("  took, median and longest", f"{statistics.median(took):.1f} s, {max(took):.1f} s", "—"),
        ("  transactions committed meanwhile", f"{written} in {sum(took):.0f} s", "not 0"),
    ]


def _of_a_large_one() -> list[Row]:
    with database_of("sqlite") as database:
        _fill(database)
        size = database.file.stat().st_size / 2**20
        began = time.monotonic()
        said = manage(database.environment, "backup")
        took = time.monotonic() - began
        (file,) = FILE.findall(said)
        packed = Path(file).stat().st_size / 2**20
        began = time.monotonic()
        manage(database.environment, "restore", file)
        restored = time.monotonic() - began
    return [
        (f"backup of {size:.0f} MiB, checked and compressed", f"{took:.1f} s, {packed:.0f} MiB", "—"),
        ("  restored, checked again", f"{restored:.1f} s", "—"),
    ]


def _fill(database: Database) -> None:
    rows = (
        (
            "load",
            f"bench {n}",
            "info",
            "Full",
            (LINE * 8).format(n=n * 7919 % 100_003),
            "{}",
            "2026-11-23 12:00:00",
        )
        for n in range(RECORDS)
    )
    database.load("system_alert", ("kind", "key", "severity", "title", "detail", "data", "at"), rows)
    database.settle()


if __name__ == "__main__":
    for row in main():
        sys.stdout.write(f"{row}\n")
