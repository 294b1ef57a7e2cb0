"""A glance at what the system's log has called an error lately."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from agents.probes.base import Probe, ProbeContext, ProbeResult
from agents.probes.findings import make_finding
from agents.probes.logs.alarms import judge_groups
from agents.probes.logs.groups import describe_groups
from agents.probes.logs.journal import why_unreadable
from agents.probes.logs.lines import Level
from agents.probes.logs.reading import (
    SYSTEM_LOGS,
    Bounds,
    LogReading,
    Wanted,
    read_from_files,
    read_from_journal,
)
from agents.probes.wording import counted
from agents.reports import Finding
from system.thresholds import Thresholds

LEVELS: tuple[Level, ...] = ("critical", "error")
BOUNDS = Bounds(max_bytes=4 << 20, max_files=4, max_seconds=3)


class RecentErrorsParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hours: Annotated[float, Field(ge=0.1, le=24 * 31)] = 24
    count: Annotated[int, Field(ge=1, le=100)] = 10


class RecentErrors(Probe[RecentErrorsParams]):
    name = "recent_errors"
    summary = "Errors of the journal or of syslog, grouped"
    params_model = RecentErrorsParams

    def collect(self, params: RecentErrorsParams, context: ProbeContext) -> ProbeResult:
        wanted = Wanted.last_hours(params.hours, LEVELS)
        reading, reason = read_system_log(wanted, context)
        if not reading.sources:
            return ProbeResult(skipped=reason)
        groups = reading.digest.groups()
        data = {
            "count": sum(reading.digest.totals.values()),
            "patterns": len(groups) + reading.digest.forgotten,
            "hours": params.hours,
            "groups": [group.as_row() for group in groups[: params.count]],
            "sources": reading.sources,
            "notes": reading.notes,
        }
        return ProbeResult(data=data, text=_describe(data))

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        if not data["count"]:
            return []
        return [
            *judge_groups(data["groups"]),
            make_finding(
                f"{counted(data['count'], 'error')} in the system's log",
                "info",
                key="recent-errors",
                evidence=_describe({**data, "groups": data["groups"][:5]}),
                recommendation="Most machines log some that are harmless. Look at what is new or frequent.",
                command="journalctl --priority=err --since=-24h --no-pager"
                if data["sources"] == ["journal"]
                else None,
            ),
        ]


def read_system_log(wanted: Wanted, context: ProbeContext, bounds: Bounds = BOUNDS) -> tuple[LogReading, str]:
    """The journal, or what syslog writes; and when there are no sources, why."""
    reason = why_unreadable()
    if not reason:
        try:
            return read_from_journal(wanted, context), ""
        except FileNotFoundError:
            reason = "there is no journalctl here"
    reading = read_from_files(SYSTEM_LOGS, wanted, context, bounds)
    refused = [note for note in reading.notes if not note.endswith("no such file")]
    return reading, f"{reason}, and {'; '.join(refused) or 'no file of syslog either'}"


def _describe(data: Mapping[str, Any]) -> str:
    head = (
        f"{counted(data['count'], 'error')} in {counted(data['patterns'], 'pattern')}"
        f" in the last {data['hours']:g} h ({', '.join(data['sources'])})"
    )
    return "\n".join([head, describe_groups(data["groups"]), *data["notes"]]).strip()
