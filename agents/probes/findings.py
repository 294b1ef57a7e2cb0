"""Making findings that fit: the bounds of `Finding` hold whatever a machine calls its things."""

from typing import Literal

from agents.probes.wording import shortened
from agents.reports import Finding, Severity
from system.thresholds import Health, Limits

TITLE, TEXT, COMMAND = 200, 4000, 1000


def make_finding(
    title: str,
    severity: Severity,
    *,
    evidence: str,
    recommendation: str,
    command: str | None = None,
    key: str | None = None,
) -> Finding:
    """A command too long to be kept whole is left out: half of one may do something else.

    A `key` is for a title that says more than what it is about: a plural, a list, another unit.
    """
    return Finding(
        title=shortened(title, TITLE),
        severity=severity,
        evidence=shortened(evidence, TEXT),
        recommendation=shortened(recommendation, TEXT),
        command=command if command and len(command) <= COMMAND else None,
        key=shortened(key, TITLE) if key else None,
    )


def severity_of(limits: Limits, value: float) -> Literal["warning", "critical"] | None:
    match limits.judge(value):
        case Health.CRITICAL:
            return "critical"
        case Health.WARNING:
            return "warning"
        case _:
            return None
