"""The analysis an agent ends with: one shape, whoever wrote it."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from system.thresholds import Health

Severity = Literal["info", "warning", "critical"]
GRAVEST_FIRST: tuple[Severity, ...] = ("critical", "warning", "info")


class Finding(BaseModel):
    """One thing a person should know, with what shows it and what to do about it.

    By its `key` it is known again in the next run, however its title is worded then; without one, by its
    title but for the figures in it (agents.findings.fingerprints).
    """

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=200)]
    severity: Severity
    evidence: Annotated[str, Field(max_length=4000)]
    recommendation: Annotated[str, Field(max_length=4000)]
    command: Annotated[str | None, Field(max_length=1000)] = None
    key: Annotated[str | None, Field(max_length=200)] = None


class Report(BaseModel):
    """What is stored in `Execution.ai_analysis`. `analyst` is "rules" or "claude"; rules have no model."""

    model_config = ConfigDict(extra="forbid")

    analyst: Literal["rules", "claude"]
    model: str | None = None
    overall_health: Health
    summary: Annotated[str, Field(min_length=1, max_length=4000)]
    findings: list[Finding] = []
    note: str | None = None  # why the rules wrote it when Claude was asked to


def health_of(findings: Iterable[Finding]) -> Health:
    """The health that `findings` amount to: an info changes nothing."""
    return Health.worst(*(Health(finding.severity) for finding in findings if finding.severity != "info"))


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: GRAVEST_FIRST.index(finding.severity))
