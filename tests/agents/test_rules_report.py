"""The rules write one report of what every step gave, the gravest first, and say what they could not see."""

from typing import Any

import pytest

from agents.analysts.base import AnalysisTask, Evidence
from agents.analysts.rules import analyse
from agents.reports import Report
from system.thresholds import Health, Limits, Thresholds

CPU: dict[str, Any] = {
    "usage_percent": 5.0,
    "per_core_percent": [5.0],
    "cores": 1,
    "iowait_percent": 0.0,
    "steal_percent": 0.0,
    "load": {"1m": 1.0, "5m": 0.1, "15m": 0.1},
    "load_per_core": 0.1,
    "seconds": 0.5,
}
DISK: dict[str, Any] = {
    "path": "/",
    "device": "/dev/sda2",
    "fstype": "ext4",
    "read_only": False,
    "lost_writes": False,
    "errors": 0,
    "percent": 50.0,
    "total_bytes": 1000,
    "used_bytes": 500,
    "free_bytes": 500,
    "inodes_percent": 1.0,
    "inodes_total": 100,
    "inodes_used": 1,
}


def cpu(usage: float = 5.0) -> Evidence:
    return Evidence(1, "CPU", "completed", probe="cpu", data={**CPU, "usage_percent": usage})


def disks(*percents: float) -> Evidence:
    rows = [{**DISK, "path": f"/d{n}", "percent": percent} for n, percent in enumerate(percents)]
    data = {"disks": rows, "silent": [], "unreadable": []}
    return Evidence(2, "Disks", "completed", probe="disks", data=data)


def zombies(count: int) -> Evidence:
    data = {"count": count, "zombies": [], "parents": {"x (pid 1)": count}}
    return Evidence(3, "Zombies", "completed", probe="zombies", data=data)


def skipped(name: str, why: str) -> Evidence:
    return Evidence(4, name, "skipped", probe="temperatures", error=why)


def failed(name: str, why: str) -> Evidence:
    return Evidence(5, name, "failed", probe="failed_units", error=why)


def report(*evidence: Evidence, thresholds: Thresholds | None = None) -> Report:
    return analyse(
        AnalysisTask(
            agent_name="Test",
            instructions="",
            evidence=list(evidence),
            thresholds=thresholds or Thresholds(),
            model="none",
            effort=None,
            max_tokens=1,
            timeout_s=1,
        )
    )


def test_a_healthy_machine() -> None:
    written = report(cpu(), disks(50), skipped("Temperatures", "no sensors"), skipped("Units", ""))
    assert (written.analyst, written.model, written.overall_health) == ("rules", None, Health.HEALTHY)
    assert written.findings == []
    assert written.summary == (
        "Healthy: 2 checks, nothing to report. 2 skipped: Temperatures (no sensors), Units."
    )


def test_the_gravest_comes_first_and_gives_the_health() -> None:
    written = report(zombies(2), cpu(75), disks(96, 86))
    assert [(f.severity, f.title) for f in written.findings] == [
        ("critical", "Disk /d0 at 96 %"),
        ("warning", "CPU at 75 %"),
        ("warning", "Disk /d1 at 86 %"),
        ("info", "2 zombies"),
    ]
    assert written.overall_health is Health.CRITICAL
    assert written.summary == (
        "1 critical, 2 warnings: Disk /d0 at 96 %; CPU at 75 %; Disk /d1 at 86 % (3 checks)."
    )


def test_an_info_leaves_the_machine_healthy() -> None:
    written = report(cpu(), zombies(1))
    assert written.overall_health is Health.HEALTHY
    assert written.summary == "Healthy: 2 checks, nothing to worry about; 1 zombie."


def test_a_failed_step_is_a_warning_that_names_it() -> None:
    written = report(cpu(), failed("Units", "systemctl: Connection timed out"))
    (finding,) = written.findings
    assert (finding.title, finding.severity) == ("Step “Units” failed", "warning")
    assert finding.evidence == "systemctl: Connection timed out"
    assert written.summary == "1 warning: Step “Units” failed (1 check)."


def test_a_programs_step_is_counted_and_not_judged() -> None:
    program = Evidence(1, "List", "completed", output="ERROR error critical")
    assert report(program).summary == "Healthy: 1 check, nothing to report."


def test_without_evidence_it_does_not_say_healthy() -> None:
    assert report().summary == "Nothing was checked."
    assert report(skipped("A", "x")).summary == "Nothing was checked. 1 skipped: A (x)."


def test_other_limits_are_heeded() -> None:
    limits = Thresholds(disk_percent=Limits(warning=40, critical=60))
    assert report(disks(50), thresholds=limits).overall_health is Health.WARNING


def test_many_findings_are_counted_in_the_summary() -> None:
    written = report(disks(*[96] * 20))
    assert len(written.findings) == 20
    assert written.summary.startswith("20 critical: Disk /d0 at 96 %; ")
    assert written.summary.endswith("; and 14 more (1 check).")


def test_long_names_and_errors_fit_with_an_ellipsis() -> None:
    long = failed("n" * 3000, "e" * 30_000)
    many = [skipped(f"step {n}" + "x" * 180, "r" * 5000) for n in range(100)]
    written = report(long, *many)
    (finding,) = written.findings
    assert len(finding.title) == 200
    assert finding.title.endswith("…")
    assert len(finding.evidence) == 4000
    assert len(written.summary) <= 4000
    assert written.summary.endswith("…")


def test_a_probe_that_is_gone_is_named() -> None:
    with pytest.raises(LookupError, match="no probe is called 'gone'"):
        report(Evidence(1, "Old", "completed", probe="gone"))
