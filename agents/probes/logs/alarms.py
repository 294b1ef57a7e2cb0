"""Messages that mean trouble wherever they stand, and what the rules say of groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agents.probes.findings import make_finding
from agents.probes.wording import counted
from agents.reports import Finding, Severity

MANY, MANY_NEW = 500, 20
MOST_FINDINGS = 10
REMOVABLE = (" fd0", " sr0", " sr1")  # a drive without a disk in it fails to be read, rightly


@dataclass(frozen=True)
class Alarm:
    """`all_of` is looked for in lower case. `kernel`: only its own word counts; others may quote it."""

    all_of: tuple[str, ...]
    title: str
    severity: Severity
    advice: str
    kernel: bool = True


CHECK_DISK = (
    "Save what matters, check the disk with smartctl, and check cables; replace it if it does so again."
)
CHECK_FS = "Have a backup, then check the file system while it is not mounted."
ALARMS = (
    Alarm(("i/o error",), "A disk reports read or write errors", "critical", CHECK_DISK),
    Alarm(("critical medium error",), "A disk reports bad sectors", "critical", CHECK_DISK),
    Alarm(("nvme", "controller is down"), "An NVMe disk has stopped", "critical", CHECK_DISK),
    Alarm(
        ("disk failure on",),
        "A RAID has lost a disk",
        "critical",
        "Replace the disk: cat /proc/mdstat names it.",
    ),
    Alarm(("ext4-fs error",), "A file system is damaged", "critical", CHECK_FS),
    Alarm(("btrfs", "corrupt"), "A file system is damaged", "critical", CHECK_FS),
    Alarm(("xfs", "corruption"), "A file system is damaged", "critical", CHECK_FS),
    Alarm(("remounting filesystem read-only",), "A file system has become read-only", "critical", CHECK_FS),
    Alarm(("critical temperature reached",), "The machine got too hot", "critical", "Check fans and dust."),
    Alarm(
        ("hardware error",), "The hardware reports an error", "warning", "Read it with rasdaemon or mcelog."
    ),
    Alarm(
        ("out of memory", "killed process"),
        "A program was killed for lack of memory",
        "warning",
        "Find what took the memory; see that what was killed runs again.",
    ),
    Alarm(
        ("blocked for more than",),
        "A program hung in the kernel",
        "warning",
        "Usually a slow disk or a dead mount.",
    ),
    Alarm(
        ("soft lockup",),
        "A processor hung",
        "warning",
        "Look for a bad driver; on a virtual machine, a full host.",
    ),
    Alarm(
        ("no space left on device",),
        "A disk was full",
        "warning",
        "Free space, see that all works again.",
        kernel=False,
    ),
    Alarm(
        ("too many open files",),
        "A program ran out of open files",
        "warning",
        "Raise its limit or mend a leak.",
        kernel=False,
    ),
)


def find_alarm(row: Mapping[str, Any]) -> Alarm | None:
    text = f"{row['pattern']} {row['example']}".lower()
    kernel = row["example"].startswith("kernel: ")
    return next(
        (
            alarm
            for alarm in ALARMS
            if (kernel or not alarm.kernel)
            and all(word in text for word in alarm.all_of)
            and not (alarm.kernel and any(name in text for name in REMOVABLE))
        ),
        None,
    )


def judge_groups(rows: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Alarms; what is critical by its own word; errors that are very many, or many and new."""
    return [finding for row in rows if (finding := _judge(row))][:MOST_FINDINGS]


def _judge(row: Mapping[str, Any]) -> Finding | None:
    if alarm := find_alarm(row):
        return _finding(row, alarm.title, alarm.severity, alarm.advice)
    if row["level"] == "critical":
        return _finding(
            row, f"Critical message: {row['pattern']}", "warning", "See what its program says around it."
        )
    if row["level"] == "error" and row["count"] >= MANY:
        return _finding(
            row,
            f"{counted(row['count'], 'time')}: {row['pattern']}",
            "warning",
            "Mend the cause, or it hides others.",
        )
    if row["level"] == "error" and row.get("new") and row["count"] >= MANY_NEW:
        return _finding(
            row,
            f"New, {counted(row['count'], 'time')}: {row['pattern']}",
            "warning",
            "See what changed since the last run.",
        )
    return None


def _finding(row: Mapping[str, Any], title: str, severity: Severity, advice: str) -> Finding:
    when = f", first {row['first_seen']}, last {row['last_seen']}" if row["first_seen"] else ""
    return make_finding(
        title,
        severity,
        evidence=f"{counted(row['count'], 'time')} in {', '.join(row['sources'])}{when}: {row['example']}",
        recommendation=advice,
    )
