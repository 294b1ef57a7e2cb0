"""Which messages are more than an info: known signs of trouble, and errors that are many or new."""

from typing import Any

import pytest

from agents.probes.logs.alarms import judge_groups
from agents.probes.logs.groups import Digest
from agents.probes.logs.lines import Level
from agents.probes.recent_errors import RecentErrors
from system.thresholds import Thresholds


def judge(message: str, level: Level = "error", count: int = 1, **more: Any) -> list[tuple[str, str]]:
    digest = Digest()
    for _ in range(count):
        digest.add(message, level, None, "journal")
    rows = [group.as_row() | more for group in digest.groups()]
    return [(f.title, f.severity) for f in judge_groups(rows)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "kernel: blk_update_request: I/O error, dev sdb, sector 123",
            ("A disk reports read or write errors", "critical"),
        ),
        ("kernel: I/O error, dev sr0, sector 0 op 0x0:(READ)", None),
        (
            "kernel: EXT4-fs error (device sda2): ext4_lookup:1855: deleted inode",
            ("A file system is damaged", "critical"),
        ),
        (
            "kernel: Out of memory: Killed process 123 (java) total-vm:1kB",
            ("A program was killed for lack of memory", "warning"),
        ),
        (
            "kernel: md/raid1:md0: Disk failure on sdb1, disabling device.",
            ("A RAID has lost a disk", "critical"),
        ),
        (
            "kernel: INFO: task dd:1 blocked for more than 120 seconds.",
            ("A program hung in the kernel", "warning"),
        ),
        ("postgres: could not extend file: No space left on device", ("A disk was full", "warning")),
        ("nginx: GET /EXT4-fs error I/O error", None),  # a stranger's words
        ("sshd: error: kex_exchange_identification: Connection closed", None),
    ],
)
def test_known_signs(message: str, expected: tuple[str, str] | None) -> None:
    assert judge(message) == ([expected] if expected else [])


def test_errors_that_are_many_or_many_and_new() -> None:
    assert judge("app: error x", count=499) == []
    assert judge("app: error x", count=500) == [("500 times: app: error x", "warning")]
    assert judge("app: error x", count=20, new=True) == [("New, 20 times: app: error x", "warning")]
    assert judge("app: error x", count=20, new=False) == []
    assert judge("app: x", "warning", count=5000) == []
    assert judge("app: x", "critical") == [("Critical message: app: x", "warning")]


def test_the_errors_of_a_day_are_one_info() -> None:
    digest = Digest()
    digest.add("sshd: error: x", "error", None, "journal")
    rows = [group.as_row() for group in digest.groups()]
    data = {"count": 1, "patterns": 1, "hours": 24, "groups": rows, "sources": ["journal"], "notes": []}
    (finding,) = RecentErrors().assess(data, Thresholds())
    assert (finding.title, finding.severity) == ("1 error in the system's log", "info")
    assert RecentErrors().assess({**data, "count": 0, "groups": []}, Thresholds()) == []
