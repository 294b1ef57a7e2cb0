"""The analyst that is always there: what each probe's rules say, put into one report. Free."""

from collections.abc import Iterable, Sequence

from agents.analysts.base import RECEIVED, AnalysisTask, Evidence
from agents.probes import get_probe
from agents.probes.findings import make_finding
from agents.probes.wording import counted, shortened
from agents.reports import Finding, Report, gravest_first, health_of
from system.terminal_text import clean
from system.thresholds import Thresholds

MOST_TITLES = 6
SUMMARY_LENGTH, REASON_LENGTH = 4000, 100
MOST_VALUES, VALUE_LENGTH = 6, 80


def analyse(task: AnalysisTask) -> Report:
    """Never fails for what a step found; LookupError for a probe that does not exist."""
    findings = gravest_first(finding for step in task.evidence for finding in _judge(step, task.thresholds))
    return Report(
        analyst="rules",
        overall_health=health_of(findings),
        summary=shortened(_summarise(task.evidence, findings), SUMMARY_LENGTH),
        findings=findings,
    )


def _judge(step: Evidence, thresholds: Thresholds) -> list[Finding]:
    if step.status == "failed":
        return [_failure(step)]
    if step.status != "completed" or step.probe is None:
        return []
    return get_probe(step.probe).assess(step.data, thresholds)


def _failure(step: Evidence) -> Finding:
    return make_finding(
        f"Step “{step.step_name}” failed",
        "warning",
        key=f"step-failed {step.step_name}",
        evidence=step.error or "It gave no reason.",
        recommendation="What it looks at is not known in this report. Mend the cause, or take the step out.",
    )


def _summarise(evidence: Sequence[Evidence], findings: Sequence[Finding]) -> str:
    done = sum(step.status == "completed" for step in evidence)
    skipped = [step for step in evidence if step.status == "skipped"]
    checks = counted(done, "check")
    told = [finding for finding in findings if finding.severity != "info"]
    if told:
        head = f"{_count_by_severity(told)}: {_titles(told)} ({checks})."
    elif not done:
        head = "Nothing was checked."
    elif findings:
        head = f"Healthy: {checks}, nothing to worry about; {_titles(findings)}."
    else:
        head = f"Healthy: {checks}, nothing to report."
    rest = [_describe_skipped(skipped)] if skipped else []
    return " ".join(
        [head, *rest, *(_describe_received(step) for step in evidence if step.status == RECEIVED)]
    )


def _count_by_severity(findings: Iterable[Finding]) -> str:
    severities = [finding.severity for finding in findings]
    counts = (("critical", severities.count("critical")), ("warning", severities.count("warning")))
    words = [
        f"{count} critical" if name == "critical" else counted(count, name) for name, count in counts if count
    ]
    return ", ".join(words)


def _titles(findings: Sequence[Finding]) -> str:
    shown = "; ".join(finding.title for finding in findings[:MOST_TITLES])
    return shown if len(findings) <= MOST_TITLES else f"{shown}; and {len(findings) - MOST_TITLES} more"


def _describe_skipped(steps: Sequence[Evidence]) -> str:
    names = [
        f"{step.step_name} ({shortened(step.error, REASON_LENGTH)})" if step.error else step.step_name
        for step in steps
    ]
    return f"{len(steps)} skipped: {', '.join(names)}."


def _describe_received(step: Evidence) -> str:
    """What set the run off, in its sender's own words: short, in quotes, and on one line."""
    values = step.data.get("values") or {}
    told = [
        (name, value)
        for name, value in values.items()
        if isinstance(value, str | int | float) and value != ""
    ]
    words = [f"{name} “{_on_one_line(value)}”" for name, value in told[:MOST_VALUES]]
    return f"Set off by the {step.step_name}{': ' if words else ''}{', '.join(words)}."


def _on_one_line(value: object) -> str:
    return shortened(" ".join(clean(str(value)).split()), VALUE_LENGTH)
