"""Updates that wait are counted without network, lock or change."""

import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from agents.probes.base import NoParams
from agents.probes.package_updates import (
    PackageUpdates,
    parse_apk,
    parse_apt,
    parse_dnf,
    parse_pacman,
)
from system.thresholds import Thresholds
from tests.agents.probes.machine import answering, no_such_tool, on_this_machine

APT = """
WARNING: apt does not have a stable CLI interface. Use with caution in scripts.

Auflistung…
bash/oldstable 5.2.15-2+b13 amd64 [aktualisierbar von: 5.2.15-2+b8]
openssl/jammy-updates,jammy-security 3.0.2-0ubuntu1.18 amd64 [upgradable from: 3.0.2-0ubuntu1.15]
libgcc-s1/oldstable-security 12.2.0-14+deb12u1 amd64 [upgradable from: 12.2.0-14]
N: There are 2 additional versions. Please use the '-a' switch to see them.
"""
DNF = """
bash.x86_64                    5.2.26-3.fc40              updates
kernel-core.x86_64             6.9.5-200.fc40             updates
python3-foo.noarch             1.2-3.fc40                 updates
Obsoleting Packages
old-thing.x86_64               2.0-1.fc40                 updates
    old-thing-gone.x86_64      1.0-1.fc40                 @anaconda
"""
PACMAN = "linux 6.9.1.arch1-1 -> 6.9.3.arch1-1\nzlib 1:1.3-1 -> 1:1.3.1-1\nheld 1-1 -> 2-1 [ignored]\n"
APK = """Installed:                                Available:
busybox-1.36.1-r5                       < 1.36.1-r7
py3-foo-bar-2.0-r0                      < 2.1-r0
"""


def apt_root(root: Path, days_old: float = 0) -> Path:
    lists = root / "var/lib/apt/lists"
    lists.mkdir(parents=True)
    (lists / "deb.debian.org_dists_stable_InRelease").touch()
    then = time.time() - days_old * 86400
    os.utime(lists / "deb.debian.org_dists_stable_InRelease", (then, then))
    os.utime(lists, (then, then))
    return root


def look(root: Path, text: str, exit_code: int = 0) -> dict[str, Any]:
    context = on_this_machine(tools=answering(exit_code, text))
    return PackageUpdates(root).collect(NoParams(), context).data


def found(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f.title, f.severity) for f in PackageUpdates().assess(data, Thresholds())]


def test_apt_in_any_language_with_security_apart(tmp_path: Path) -> None:
    assert [(u.name, u.version, u.security) for u in parse_apt(APT)] == [
        ("bash", "5.2.15-2+b13", False),
        ("openssl", "3.0.2-0ubuntu1.18", True),
        ("libgcc-s1", "12.2.0-14+deb12u1", True),
    ]
    data = look(apt_root(tmp_path), APT)
    assert (data["count"], data["security_count"]) == (3, 2)
    assert found(data) == [("2 security updates to install", "warning")]


def test_the_other_managers() -> None:
    assert [(u.name, u.version) for u in parse_dnf(DNF)][:3] == [
        ("bash", "5.2.26-3.fc40"),
        ("kernel-core", "6.9.5-200.fc40"),
        ("python3-foo", "1.2-3.fc40"),
    ]
    assert [(u.name, u.version) for u in parse_pacman(PACMAN)] == [
        ("linux", "6.9.3.arch1-1"),
        ("zlib", "1:1.3.1-1"),
    ]
    assert [(u.name, u.version) for u in parse_apk(APK)] == [
        ("busybox", "1.36.1-r7"),
        ("py3-foo-bar", "2.1-r0"),
    ]


def test_where_security_is_not_told_updates_are_only_worth_knowing(tmp_path: Path) -> None:
    (tmp_path / "var/lib/pacman/sync").mkdir(parents=True)
    (tmp_path / "var/lib/pacman/sync/core.db").touch()
    data = look(tmp_path, PACMAN)
    assert (data["manager"], data["security_count"]) == ("pacman", None)
    assert found(data) == [("2 updates to install", "info")]
    assert found(look(tmp_path, "", exit_code=1)) == []  # pacman's way of saying none


def test_dnf_ends_with_100_when_there_are_updates(tmp_path: Path) -> None:
    (tmp_path / "var/cache/dnf/fedora").mkdir(parents=True)
    assert look(tmp_path, DNF, exit_code=100)["count"] >= 3
    with pytest.raises(OSError, match="broken"):
        look(tmp_path, "Error: broken", exit_code=1)
    no_cache = on_this_machine(tools=answering(1, "Error: Cache-only enabled but no cache for 'fedora'"))
    assert (
        PackageUpdates(tmp_path).collect(NoParams(), no_cache).skipped
        == "dnf has no lists that this user may read"
    )


def test_an_up_to_date_machine_has_no_finding(tmp_path: Path) -> None:
    assert found(look(apt_root(tmp_path), "Listing...\n")) == []


def test_old_lists_are_told(tmp_path: Path) -> None:
    data = look(apt_root(tmp_path, days_old=30), "Listing...\n")
    assert found(data) == [("The lists of packages are old", "info")]


def test_without_manager_or_lists_it_is_skipped(tmp_path: Path) -> None:
    assert PackageUpdates(tmp_path).collect(NoParams(), on_this_machine()).skipped
    without_apt = on_this_machine(tools=no_such_tool)
    assert PackageUpdates(apt_root(tmp_path)).collect(NoParams(), without_apt).skipped


def test_asking_this_machine_changes_nothing() -> None:
    def traces() -> dict[str, int]:
        places = [Path("/var/log/apt"), Path("/var/cache/apt"), Path("/var/lib/apt"), Path("/var/lib/dpkg")]
        files = [file for place in places if place.is_dir() for file in place.rglob("*")]
        return {str(file): file.stat().st_mtime_ns for file in files}

    before = traces()
    result = PackageUpdates().collect(NoParams(), on_this_machine())
    assert traces() == before
    if shutil.which("apt") and list(Path("/var/lib/apt/lists").glob("*InRelease")):
        assert result.data["manager"] == "apt"
        assert result.data["security_count"] <= result.data["count"]
