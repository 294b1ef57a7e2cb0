"""Runs that find things, from their launch to their end, and what the tail makes of them."""

from typing import Any

from agents.models import Finding
from agents.outcomes import follow_outcomes
from executions.models import Execution
from executions.services import claim_execution, create_execution

DISK = "Disk / at 96 %"


def found(title: str, severity: str = "warning", **more: Any) -> dict[str, Any]:
    return {
        "title": title, "severity": severity, "evidence": f"what shows {title}", "recommendation": "act",
        "command": "df -h", **more,
    }  # fmt: skip


def report(*findings: Any) -> dict[str, Any]:
    """Of titles, which are warnings, or of what found() gives."""
    listed = [found(each) if isinstance(each, str) else each for each in findings]
    health = "critical" if any(each["severity"] == "critical" for each in listed) else "healthy"
    head = {"analyst": "rules", "model": None, "overall_health": health, "summary": "So it is."}
    return {**head, "findings": listed}


class Begun:
    """One that has begun; it ends when it is told to."""

    def __init__(
        self, agent: str = "disk", node: str = "nas", *, source: str = "", overrides: Any = None
    ) -> None:
        self.execution, _ = create_execution(
            agent_type=agent,
            node_id=node,
            context={"overrides": overrides},
            triggered_by="schedule" if source else "manual",
            trigger_source=source,
        )
        lease = claim_execution(self.execution.pk, owner=f"{node}:1")
        assert lease is not None
        self._tracker = lease.tracker()

    def end(self, *findings: Any, with_report: bool = True, error: str = "") -> Execution:
        analysis = report(*findings) if with_report else None
        if error:
            self._tracker.fail(error, ai_analysis=analysis)
        else:
            with self._tracker.batch() as change:
                change.complete(ai_analysis=analysis)
        self.execution.refresh_from_db()
        return self.execution


def run(*findings: Any, with_report: bool = True, error: str = "", **more: Any) -> Execution:
    """A whole one, and what is made of it."""
    execution = Begun(**more).end(*findings, with_report=with_report, error=error)
    follow_outcomes()
    return execution


def the_finding(title_begins: str = "Disk") -> Finding:
    return Finding.objects.get(title__startswith=title_begins)
