"""How long the machine has been up, and whether it waits for a restart."""

import platform
import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from agents.probes.base import NoParams, Probe, ProbeContext, ProbeResult
from agents.probes.findings import make_finding
from agents.probes.wording import duration, listed, printable
from agents.reports import Finding
from system.thresholds import Thresholds

# Debian and Ubuntu; SUSE
REBOOT_FLAGS = ("run/reboot-required", "var/run/reboot-required", "run/reboot-needed")
MOST_PACKAGES = 50


class Uptime(Probe[NoParams]):
    name = "uptime"
    summary = "Time since the start, and whether a restart is due"
    params_model = NoParams

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def collect(self, params: NoParams, context: ProbeContext) -> ProbeResult:
        booted = psutil.boot_time()
        boot_id = self._read("proc/sys/kernel/random/boot_id").strip()
        before = (context.previous or {}).get("boot_id")
        data = {
            "uptime_seconds": max(0, int(time.time() - booted)),
            "booted_at": datetime.fromtimestamp(booted, UTC).isoformat(),
            "boot_id": boot_id,
            "restarted": bool(before and boot_id and before != boot_id),
            "reboot_required": any((self._root / flag).exists() for flag in REBOOT_FLAGS),
            "reboot_packages": self._read_packages(),
            "kernel": platform.release(),
            "newer_kernel": newer_kernel(platform.release(), self._installed_kernels()),
        }
        return ProbeResult(data=data, text=_describe(data))

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        return [*_judge_reboot(data), *_judge_restart(data)]

    def _read(self, path: str) -> str:
        try:
            return (self._root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def _read_packages(self) -> list[str]:
        names = {name.strip() for flag in REBOOT_FLAGS for name in self._read(f"{flag}.pkgs").splitlines()}
        return sorted(printable(name, 100) for name in names if name)[:MOST_PACKAGES]

    def _installed_kernels(self) -> list[str]:
        """Releases with an image: modules alone stay behind when a kernel is removed."""
        boot = [path.name.removeprefix("vmlinuz-") for path in self._root.glob("boot/vmlinuz-*")]
        modules = [path.parent.name for path in self._root.glob("lib/modules/*/vmlinuz")]
        return sorted({*boot, *modules})


def newer_kernel(running: str, installed: Iterable[str]) -> str | None:
    """The newest of `installed` of the same flavour as `running`, if newer; None when that cannot be told.

    "6.1.0-21-amd64" and "6.1.0-22-amd64" are of one flavour, "6.1.0-22-cloud-amd64" is of another.
    """
    candidates = [release for release in installed if _flavour(release) == _flavour(running)]
    newest = max(candidates, key=_version, default=running)
    return newest if _version(newest) > _version(running) else None


def _flavour(release: str) -> str:
    return re.sub(r"[^A-Za-z]", "", release)


def _version(release: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,9}", release)]


def _describe(data: Mapping[str, Any]) -> str:
    lines = [f"Up for {duration(data['uptime_seconds'])}, since {data['booted_at']}; kernel {data['kernel']}"]
    if data["reboot_required"]:
        lines.append(f"Restart required{_because(data)}")
    if data["newer_kernel"]:
        lines.append(f"A newer kernel is installed: {data['newer_kernel']}")
    if data["restarted"]:
        lines.append("The machine has restarted since the last run")
    return "\n".join(lines)


def _because(data: Mapping[str, Any]) -> str:
    packages = data["reboot_packages"]
    return f" by {listed(packages, 10)}" if packages else ""


def _judge_reboot(data: Mapping[str, Any]) -> list[Finding]:
    newer = data["newer_kernel"]
    if not data["reboot_required"] and not newer:
        return []
    return [
        make_finding(
            "A restart is due",
            "warning",
            evidence=(
                f"Up for {duration(data['uptime_seconds'])}."
                + (f" A restart is required{_because(data)}." if data["reboot_required"] else "")
                + (f" Kernel {data['kernel']} runs, {newer} is installed." if newer else "")
            ),
            recommendation="Restart at a quiet time: until then the old code runs, with its faults.",
            command="shutdown -r +5",
        )
    ]


def _judge_restart(data: Mapping[str, Any]) -> list[Finding]:
    if not data["restarted"]:
        return []
    return [
        make_finding(
            "The machine has restarted since the last run",
            "info",
            evidence=f"It started at {data['booted_at']}, {duration(data['uptime_seconds'])} ago.",
            recommendation="If nobody meant it to, look at the end of the log before that start.",
            command="journalctl --boot=-1 --lines=50 --no-pager",
        )
    ]
