"""What a rule finds is the same thing in the next run, whatever its title says by then."""

from typing import Any

import pytest

from agents.findings.fingerprints import about
from agents.probes import get_probe
from system.thresholds import Thresholds


def disk(path: str, percent: float, errors: int = 0) -> dict[str, Any]:
    return {
        "path": path, "device": "/dev/sda1", "fstype": "ext4", "read_only": False, "lost_writes": False,
        "errors": errors, "percent": percent, "total_bytes": 10**12, "used_bytes": 10**11,
        "free_bytes": 10**11,
        "inodes_percent": 1.0, "inodes_total": 1000, "inodes_used": 10,
    }  # fmt: skip


def disks(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"worst_percent": 96, "disks": list(rows), "silent": [], "unreadable": []}


def things(probe: str, data: dict[str, Any]) -> list[str]:
    return [about(finding) for finding in get_probe(probe).assess(data, Thresholds())]


@pytest.mark.parametrize(
    ("probe", "one", "other"),
    [
        ("disks", disks(disk("/", 96)), disks(disk("/", 86.5))),
        ("disks", disks(disk("/mnt/my 2 disk", 96, 1)), disks(disk("/mnt/my 2 disk", 97, 12))),
    ],
)
def test_the_same_thing(probe: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert things(probe, one) == things(probe, other) != []


def test_two_disks_are_two_things_whatever_they_are_called() -> None:
    found = things("disks", disks(disk("/mnt/my 2 disk", 96), disk("/mnt/my 3 disk", 96)))
    assert len(set(found)) == 2
