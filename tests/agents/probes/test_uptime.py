"""A restart that is due is seen by the flags of the distribution and by newer kernels."""

import platform
from pathlib import Path

import pytest

from agents.probes.base import NoParams
from agents.probes.uptime import Uptime, newer_kernel
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine


def found(root: Path) -> list[tuple[str, str]]:
    data = Uptime(root).collect(NoParams(), on_this_machine()).data
    return [(f.title, f.severity) for f in Uptime(root).assess(data, Thresholds())]


@pytest.mark.parametrize(
    ("running", "installed", "newer"),
    [
        ("6.1.0-21-amd64", ["6.1.0-21-amd64", "6.1.0-22-amd64"], "6.1.0-22-amd64"),
        ("6.1.0-9-amd64", ["6.1.0-10-amd64", "6.1.0-9-amd64"], "6.1.0-10-amd64"),
        ("6.1.0-22-amd64", ["6.1.0-21-amd64", "6.1.0-22-amd64"], None),
        ("6.1.0-21-amd64", ["6.1.0-22-cloud-amd64", "6.5.0-1-rt-amd64"], None),
        ("5.15.0-91-generic", ["5.15.0-105-generic", "6.8.0-31-generic"], "6.8.0-31-generic"),
        ("5.14.0-362.8.1.el9_3.x86_64", ["5.14.0-427.13.1.el9_4.x86_64"], "5.14.0-427.13.1.el9_4.x86_64"),
        ("6.6.20+rpt-rpi-v8", ["6.6.28+rpt-rpi-2712", "6.6.28+rpt-rpi-v8"], "6.6.28+rpt-rpi-v8"),
        ("6.9.1-arch1-1", ["6.9.3-arch1-1"], "6.9.3-arch1-1"),
        ("6.8.4-2-pve", [], None),
        ("6.18.44-fc", ["6.1.0-21-amd64"], None),
    ],
)
def test_a_newer_kernel_of_the_same_flavour(running: str, installed: list[str], newer: str | None) -> None:
    assert newer_kernel(running, installed) == newer


def test_nothing_is_due_on_a_machine_that_says_nothing(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize("flag", ["run/reboot-required", "var/run/reboot-required", "run/reboot-needed"])
def test_the_flag_of_the_distribution(tmp_path: Path, flag: str) -> None:
    (tmp_path / flag).parent.mkdir(parents=True)
    (tmp_path / flag).touch()
    (tmp_path / f"{flag}.pkgs").write_text("linux-image-amd64\nlibc6\nlibc6\n\n")
    data = Uptime(tmp_path).collect(NoParams(), on_this_machine()).data
    assert data["reboot_packages"] == ["libc6", "linux-image-amd64"]
    (finding,) = Uptime().assess(data, Thresholds())
    assert (finding.title, finding.severity) == ("A restart is due", "warning")
    assert "required by libc6, linux-image-amd64" in finding.evidence


def test_an_installed_kernel_needs_an_image(tmp_path: Path) -> None:
    release = platform.release()
    newer = f"99{release}"
    (tmp_path / "lib/modules" / newer).mkdir(parents=True)
    assert found(tmp_path) == []
    (tmp_path / "boot").mkdir()
    (tmp_path / f"boot/vmlinuz-{newer}").touch()
    assert found(tmp_path) == [("A restart is due", "warning")]


def test_a_restart_since_the_last_run_is_told() -> None:
    data = Uptime().collect(NoParams(), on_this_machine()).data
    assert data["restarted"] is False
    again = Uptime().collect(NoParams(), on_this_machine(previous=data)).data
    assert again["restarted"] is False
    other = Uptime().collect(NoParams(), on_this_machine(previous={**data, "boot_id": "another"}))
    assert other.data["restarted"] is True
    findings = Uptime().assess({**other.data, "reboot_required": False, "newer_kernel": None}, Thresholds())
    assert [f.severity for f in findings] == ["info"]
