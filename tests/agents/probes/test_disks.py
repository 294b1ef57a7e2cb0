"""Disks that are full, out of inodes, read-only or failing are findings; healthy ones are not."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from agents.probes.disks import Disks, DisksParams, read_ext4_errors, writable_by_fstab
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine

GIB = 1 << 30
ROOM: dict[str, Any] = {
    "path": "/srv",
    "device": "/dev/sdb1",
    "fstype": "ext4",
    "read_only": False,
    "lost_writes": False,
    "errors": 0,
    "percent": 50.0,
    "total_bytes": 100 * GIB,
    "used_bytes": 50 * GIB,
    "free_bytes": 50 * GIB,
    "inodes_percent": 10.0,
    "inodes_total": 1000,
    "inodes_used": 100,
}


def found(**changes: Any) -> list[tuple[str, str]]:
    data = {"disks": [{**ROOM, **changes}], "silent": [], "unreadable": []}
    return [(f.title, f.severity) for f in Disks().assess(data, Thresholds())]


def test_the_root_of_this_machine_is_measured_as_the_kernel_says() -> None:
    data = Disks().collect(DisksParams(), on_this_machine()).data
    root = next(disk for disk in data["disks"] if disk["path"] == "/")
    assert root["total_bytes"] == shutil.disk_usage("/").total
    assert data["worst_percent"] == max(disk["percent"] for disk in data["disks"])
    devices = [disk["device"] for disk in data["disks"]]
    assert len(devices) == len(set(devices))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"percent": 84.9}, []),
        ({"percent": 85.0}, [("Disk /srv at 85 %", "warning")]),
        ({"percent": 96.0}, [("Disk /srv at 96 %", "critical")]),
        ({"inodes_percent": 85.0}, [("Disk /srv has used 85 % of its inodes", "warning")]),
        ({"inodes_percent": 95.0}, [("Disk /srv has used 95 % of its inodes", "critical")]),
        ({"percent": 100.0, "read_only": True}, []),  # an image, full by nature
        ({"read_only": True, "lost_writes": True}, [("Disk /srv takes no writes", "critical")]),
        ({"errors": 2}, [("File system of /srv has recorded 2 errors", "warning")]),
    ],
)
def test_what_is_said_of_a_disk(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert found(**changes) == expected


def test_a_command_quotes_the_path() -> None:
    data = {"disks": [{**ROOM, "path": "/a b;reboot", "percent": 99.0}], "silent": [], "unreadable": []}
    (finding,) = Disks().assess(data, Thresholds())
    assert finding.command == "du -xh --max-depth=2 -- '/a b;reboot' | sort -rh | head -n 20"


def test_a_mount_without_answer_is_a_finding() -> None:
    (finding,) = Disks().assess({"disks": [], "silent": ["/mnt/nas"], "unreadable": []}, Thresholds())
    assert (finding.title, finding.severity) == ("Mount /mnt/nas does not answer", "warning")


def test_fstab_says_what_should_take_writes(tmp_path: Path) -> None:
    fstab = tmp_path / "fstab"
    fstab.write_text(
        "# /dev/x /old ext4 rw 0 0\n"
        "UUID=1 / ext4 errors=remount-ro 0 1\n"
        "UUID=2 /usr ext4 noatime,ro 0 2\n"
        "bad\n"
    )
    assert writable_by_fstab(fstab) == {"/"}
    assert writable_by_fstab(tmp_path / "absent") == frozenset()


def test_ext4_remembers_its_errors(tmp_path: Path) -> None:
    (tmp_path / "sdz1").mkdir()
    (tmp_path / "sdz1" / "errors_count").write_text("3\n")
    assert read_ext4_errors("/dev/sdz1", tmp_path) == 3
    assert read_ext4_errors("/dev/sdz2", tmp_path) == 0
