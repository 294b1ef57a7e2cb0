"""Failed units are listed with how they failed; without systemd there is nothing to list."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.probes.base import NoParams, ToolOutput
from agents.probes.failed_units import FailedUnits, parse_details, parse_units
from system.thresholds import Thresholds
from tests.agents.probes.machine import answering, no_such_tool, on_this_machine

# printed by systemd 252 and 249
LIST = """\
  backup.service     loaded failed failed Nightly backup to the NAS
  -.mount            loaded failed failed Root Mount
● nginx.service loaded failed failed A high performance web server and a reverse proxy server
  data-x\\x2dy.mount not-found failed failed data-x\\x2dy.mount
"""
SHOW = """\
Result=exit-code
ExecMainStatus=2
Id=backup.service
InactiveEnterTimestamp=Sat 2026-11-21 03:00:07 CET

Result=success
ExecMainStatus=0
Id=nginx.service
InactiveEnterTimestamp=
"""


def systemd(argv: Sequence[str], timeout_s: float) -> ToolOutput:
    if argv[1] == "show":
        assert list(argv[argv.index("--") + 1 :]) == [
            *("backup.service", "-.mount", "nginx.service", "data-x\\x2dy.mount")
        ]
        return ToolOutput(0, SHOW)
    return ToolOutput(0, LIST)


def test_a_machine_that_systemd_does_not_run_is_skipped(tmp_path: Path) -> None:
    result = FailedUnits(tmp_path / "absent").collect(NoParams(), on_this_machine())
    assert result.skipped == "systemd does not run this machine"
    assert FailedUnits(tmp_path).collect(NoParams(), on_this_machine(tools=no_such_tool)).skipped


def test_each_failed_unit_is_a_finding(tmp_path: Path) -> None:
    probe = FailedUnits(tmp_path)
    result = probe.collect(NoParams(), on_this_machine(tools=systemd))
    findings = probe.assess(result.data, Thresholds())
    assert [(f.title, f.severity) for f in findings] == [
        ("Unit backup.service has failed", "warning"),
        ("Unit -.mount has failed", "warning"),
        ("Unit nginx.service has failed", "warning"),
        ("Unit data-x\\x2dy.mount has failed", "warning"),
    ]
    assert findings[0].evidence == (
        "backup.service (Nightly backup to the NAS): exit-code, exit status 2,"
        " since Sat 2026-11-21 03:00:07 CET."
    )
    assert findings[3].command == "journalctl --unit='data-x\\x2dy.mount' --lines=50 --no-pager"


def test_no_failed_unit_is_no_finding(tmp_path: Path) -> None:
    probe = FailedUnits(tmp_path)
    result = probe.collect(NoParams(), on_this_machine(tools=answering(0, "")))
    assert result.text == "No failed unit"
    assert probe.assess(result.data, Thresholds()) == []


def test_a_refusal_of_systemctl_fails_the_step(tmp_path: Path) -> None:
    bus = answering(1, "Failed to connect to bus: No such file or directory\n")
    with pytest.raises(OSError, match="Failed to connect to bus"):
        FailedUnits(tmp_path).collect(NoParams(), on_this_machine(tools=bus))


def test_many_failed_units_do_not_fill_the_report() -> None:
    units = parse_units("".join(f"  a{n}.service loaded failed failed A\n" for n in range(30)))
    findings = FailedUnits().assess({"units": units}, Thresholds())
    assert len(findings) == 11
    assert findings[-1].title == "20 more units have failed"


def test_what_is_no_unit_is_not_taken_for_one() -> None:
    assert (
        parse_units("Failed to list units: Connection timed out\n\n  a;rm.service loaded failed failed x\n")
        == []
    )
    assert parse_details("garbage\n\nResult=x\n") == {}
