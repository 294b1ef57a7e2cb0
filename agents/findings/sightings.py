"""The last runs that looked for a finding, and which of them found it: read from their reports."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agents.ended_runs import report_of
from agents.findings.fingerprints import fingerprint_of
from agents.models import Finding
from executions.models import ENDED, Execution

SHOWN = 30


@dataclass(frozen=True)
class Look:
    """A run that has ended; `severity` is empty where it did not find it, None where it has no report."""

    uid: UUID
    status: str
    started_at: datetime
    severity: str | None


def looks_for(finding: Finding) -> list[Look]:
    """Up to the last that found it, the newest first. One query, and none once that execution is deleted."""
    if finding.last_execution_id is None:
        return []
    runs = Execution.objects.of_agent(finding.agent_type).on_node(finding.node_id)
    runs = runs.filter(
        status__in=ENDED, pk__gte=finding.first_execution_id or 0, pk__lte=finding.last_execution_id
    )
    rows = runs.newest_first().values_list("uid", "status", "started_at", "ai_analysis")[:SHOWN]
    return [
        Look(uid, status, started_at, _severity_in(finding, analysis))
        for uid, status, started_at, analysis in rows
    ]


def _severity_in(finding: Finding, analysis: object) -> str | None:
    report = report_of(analysis)
    if report is None:
        return None
    same = (
        each.severity
        for each in report.findings
        if fingerprint_of(finding.agent_type, finding.node_id, each) == finding.fingerprint
    )
    return next(same, "")
