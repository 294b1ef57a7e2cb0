"""How full every mounted disk is, in bytes and in inodes, and whether it still takes writes."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from agents.probes.base import Probe, ProbeContext, ProbeResult
from agents.probes.findings import make_finding, severity_of
from agents.probes.mounts import Mount, NoAnswer, Usage, is_directory, list_mounts, measure
from agents.probes.wording import counted, printable, size
from agents.reports import Finding
from system.thresholds import Thresholds

MOST_DISKS = 200


class DisksParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    network_timeout_s: Annotated[float, Field(ge=0.5, le=30)] = 3


def read_ext4_errors(device: str, ext4: Path = Path("/sys/fs/ext4")) -> int:
    """How many errors an ext4 file system remembers; 0 where it does not say."""
    try:
        return int((ext4 / Path(device).resolve().name / "errors_count").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def writable_by_fstab(fstab: Path = Path("/etc/fstab")) -> frozenset[str]:
    """The mount points that are meant to take writes."""
    try:
        lines = fstab.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    fields = [line.split() for line in lines if not line.lstrip().startswith("#")]
    return frozenset(entry[1] for entry in fields if len(entry) >= 4 and "ro" not in entry[3].split(","))


class Disks(Probe[DisksParams]):
    name = "disks"
    summary = "Space and inodes of every mounted disk, and disks that fail"
    params_model = DisksParams

    def collect(self, params: DisksParams, context: ProbeContext) -> ProbeResult:
        disks: list[dict[str, Any]] = []
        silent: list[str] = []
        unreadable: list[str] = []
        writable = writable_by_fstab()
        for mount in filter(is_directory, list_mounts()[:MOST_DISKS]):
            if context.stop.is_set():
                break
            try:
                usage = measure(mount, context.run_tool, params.network_timeout_s)
            except NoAnswer:
                silent.append(printable(mount.path))
            except OSError as error:
                unreadable.append(printable(f"{mount.path}: {error.strerror or error}"))
            else:
                if usage.total:
                    disks.append(_row(mount, usage, lost_writes=mount.read_only and mount.path in writable))
        if not (disks or silent or unreadable):
            return ProbeResult(skipped="no disk is mounted on this machine")
        worst = max((disk["percent"] for disk in disks), default=None)
        data = {"worst_percent": worst, "disks": disks, "silent": silent, "unreadable": unreadable}
        return ProbeResult(data=data, text=_describe(data))

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        findings = [finding for disk in data["disks"] for finding in _judge(disk, thresholds)]
        return findings + [
            make_finding(
                f"Mount {path} does not answer",
                "warning",
                evidence=f"{path} gave no answer; the server or program behind it is gone or very slow.",
                recommendation="Check the server and the network. Programs that touch it hang with it.",
                command=f"grep -F -- {shlex.quote(f' {path} ')} /proc/mounts",
            )
            for path in data["silent"]
        ]


def _row(mount: Mount, usage: Usage, *, lost_writes: bool) -> dict[str, Any]:
    return {
        "path": printable(mount.path),
        "device": printable(mount.device),
        "fstype": mount.fstype,
        "read_only": mount.read_only,
        "lost_writes": lost_writes,
        "errors": read_ext4_errors(mount.device) if mount.fstype == "ext4" else 0,
        "percent": usage.percent,
        "total_bytes": usage.total,
        "used_bytes": usage.used,
        "free_bytes": usage.free,
        "inodes_percent": usage.inodes_percent,
        "inodes_total": usage.inodes_total,
        "inodes_used": usage.inodes_used,
    }


def _describe_space(disk: Mapping[str, Any]) -> str:
    return (
        f"{size(disk['used_bytes'])} used, {size(disk['free_bytes'])} free of {size(disk['total_bytes'])}"
        f" ({disk['device']}, {disk['fstype']})"
    )


def _describe(data: Mapping[str, Any]) -> str:
    lines = [
        f"{disk['path']}: {disk['percent']} %, {_describe_space(disk)}"
        + (f"; inodes {disk['inodes_percent']} %" if disk["inodes_total"] else "")
        + ("; read-only" if disk["read_only"] else "")
        + (f"; {counted(disk['errors'], 'error')} recorded" if disk["errors"] else "")
        for disk in data["disks"]
    ]
    lines += [f"{path}: does not answer" for path in data["silent"]]
    lines += [f"{reason} (not read)" for reason in data["unreadable"]]
    return "\n".join(lines)


def _judge(disk: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
    return [
        *([] if disk["read_only"] and not disk["lost_writes"] else _judge_room(disk, thresholds)),
        *_judge_state(disk),
    ]


def _judge_room(disk: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
    path, findings = disk["path"], []
    if severity := severity_of(thresholds.disk_percent, disk["percent"]):
        findings.append(
            make_finding(
                f"Disk {path} at {disk['percent']:g} %",
                severity,
                key=f"disk-space {path}",
                evidence=f"{path}: {_describe_space(disk)}.",
                recommendation=(
                    "Free space or enlarge it. The Disk Space agent shows what is large and what may go."
                ),
                command=f"du -xh --max-depth=2 -- {shlex.quote(path)} | sort -rh | head -n 20",
            )
        )
    if severity := severity_of(thresholds.disk_percent, disk["inodes_percent"]):
        findings.append(
            make_finding(
                f"Disk {path} has used {disk['inodes_percent']:g} % of its inodes",
                severity,
                key=f"disk-inodes {path}",
                evidence=f"{path}: {disk['inodes_used']:,} of {disk['inodes_total']:,} inodes are in use.",
                recommendation=(
                    "No new file can be made without one, however much space is left. Look for directories"
                    " with very many small files: sessions, mail queues, caches."
                ),
                command=f"du -x --inodes --max-depth=3 -- {shlex.quote(path)} | sort -rn | head -n 20",
            )
        )
    return findings


def _judge_state(disk: Mapping[str, Any]) -> list[Finding]:
    path, findings = disk["path"], []
    if disk["lost_writes"]:
        findings.append(
            make_finding(
                f"Disk {path} takes no writes",
                "critical",
                evidence=f"{path} ({disk['device']}) is mounted read-only; /etc/fstab says it takes writes.",
                recommendation=(
                    "The kernel does this after errors. Save what matters, look at the kernel's log, check"
                    " the disk, then check the file system while it is not mounted."
                ),
                command="dmesg --ctime --level=err,warn | tail -n 50",
            )
        )
    if disk["errors"]:
        findings.append(
            make_finding(
                f"File system of {path} has recorded {counted(disk['errors'], 'error')}",
                "warning",
                key=f"file-system-errors {path}",
                evidence=f"ext4 on {disk['device']} counts {disk['errors']} since its last check.",
                recommendation="Check the disk's health, have a backup, and let fsck run at the next start.",
                command=f"smartctl --health {shlex.quote(disk['device'])}",
            )
        )
    return findings
