"""The systemd units that have failed, and how."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents.probes.base import NoParams, Probe, ProbeContext, ProbeResult
from agents.probes.findings import make_finding
from agents.probes.wording import listed, printable
from agents.reports import Finding
from system.thresholds import Thresholds

LIST = ("systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--no-pager", "--full")
SHOW = ("systemctl", "show", "--no-pager", "-p", "Id,Result,ExecMainStatus,InactiveEnterTimestamp", "--")
UNIT = re.compile(r"[\w:.@\\-]{1,256}", re.ASCII)
TOOL_SECONDS = 10.0
MOST_UNITS, MOST_FINDINGS = 100, 10


class FailedUnits(Probe[NoParams]):
    name = "failed_units"
    summary = "Failed systemd units"
    params_model = NoParams

    def __init__(self, booted: Path = Path("/run/systemd/system")) -> None:
        self._booted = booted

    def collect(self, params: NoParams, context: ProbeContext) -> ProbeResult:
        if not self._booted.is_dir():  # what sd_booted(3) asks
            return ProbeResult(skipped="systemd does not run this machine")
        try:
            output = context.run_tool(LIST, TOOL_SECONDS)
        except FileNotFoundError:
            return ProbeResult(skipped="there is no systemctl here")
        if output.exit_code:
            raise OSError(f"systemctl: {printable(output.text) or output.exit_code}")
        units = parse_units(output.text)[:MOST_UNITS]
        if units:
            shown = context.run_tool([*SHOW, *(unit["unit"] for unit in units)], TOOL_SECONDS)
            details = parse_details(shown.text)
            units = [unit | details.get(unit["unit"], {}) for unit in units]
        data = {"count": len(units), "units": units}
        return ProbeResult(data=data, text="\n".join(map(_line, units)) or "No failed unit")

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        units = data["units"]
        findings = [
            make_finding(
                f"Unit {unit['unit']} has failed",
                "warning",
                evidence=f"{_line(unit)}.",
                recommendation="Read what it said last, mend the cause, and start it again.",
                command=f"journalctl --unit={shlex.quote(unit['unit'])} --lines=50 --no-pager",
            )
            for unit in units[:MOST_FINDINGS]
        ]
        return findings + _rest(units[MOST_FINDINGS:])


def parse_units(text: str) -> list[dict[str, str]]:
    """The lines of `systemctl list-units`: unit, load, active, sub, description."""
    units = []
    for line in text.splitlines():
        fields = line.lstrip(" ●*×").split(maxsplit=4)
        if len(fields) >= 4 and fields[2] == "failed" and UNIT.fullmatch(fields[0]):
            description = printable(fields[4], 200) if len(fields) == 5 else ""
            units.append({"unit": fields[0], "description": description})
    return units


def parse_details(text: str) -> dict[str, dict[str, str]]:
    """The blocks of `systemctl show`, by unit: result, exit_status, since."""
    names = {"Result": "result", "ExecMainStatus": "exit_status", "InactiveEnterTimestamp": "since"}
    details = {}
    for block in text.split("\n\n"):
        pairs = dict(line.partition("=")[::2] for line in block.splitlines())
        if "Id" in pairs:
            given = {name: pairs.get(key, "") for key, name in names.items()}
            details[pairs["Id"]] = {name: printable(value, 80) for name, value in given.items() if value}
    return details


def _line(unit: Mapping[str, str]) -> str:
    how = unit.get("result", "")
    if unit.get("exit_status", "0") != "0":
        how += f", exit status {unit['exit_status']}"
    since = f", since {unit['since']}" if unit.get("since") else ""
    return f"{unit['unit']} ({unit['description']}): {how or 'failed'}{since}"


def _rest(units: list[Mapping[str, str]]) -> list[Finding]:
    if not units:
        return []
    return [
        make_finding(
            f"{len(units)} more units have failed",
            "warning",
            evidence=listed([unit["unit"] for unit in units], MOST_UNITS),
            recommendation="So many at once often have one cause: a disk, a mount, the network.",
            command="systemctl --failed",
        )
    ]
