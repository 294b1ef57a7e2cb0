"""What runs came to, told as alerts: an agent that fails, what it finds that is critical, and their end.

The tail of the event rows, whose ids grow in the order of the commits (docs/decisions/0005-events.md): each
end of a run is looked at once, in the transaction that moves the cursor behind it. It makes no difference who
ran it: a worker of ours, or an agent elsewhere that reports.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from agents.ended_runs import Ended, ended_runs
from agents.findings.fingerprints import without_figures
from agents.findings.following import Sightings
from agents.reports import Report
from executions.durations import observe_duration
from executions.models import EventName, ExecutionEvent, Status
from system.alerts import raise_alert, resolve_alert
from system.models import Alert, Cursor, Severity
from system.thresholds import Health

CURSOR = "outcomes"
FAILED = "run-failed"
CRITICAL = "critical-finding"
ENDS = (EventName.COMPLETED, EventName.FAILED, EventName.CANCELLED)
IDS_AT_ONCE = 5000  # of events, most of which are no end
ENDS_AT_ONCE = 200
NO_FINDING = "its overall health is critical"


def follow_outcomes() -> int:
    """Look at the runs that have ended since the last time, a bounded part of them; how many it were.

    Any number of clocks may do so at once. The first time of all nothing is said of what was before.
    """
    newest = ExecutionEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    position = _position(newest)
    if newest <= position:
        return 0
    return _follow(position, min(newest, position + IDS_AT_ONCE))


def _position(newest: int) -> int:
    known = Cursor.objects.filter(name=CURSOR).values_list("position", flat=True).first()
    if known is not None:
        return known
    return Cursor.objects.get_or_create(name=CURSOR, defaults={"position": newest})[0].position


def _follow(position: int, last: int) -> int:
    events = ExecutionEvent.objects.filter(id__gt=position, id__lte=last, event__in=ENDS).order_by("id")
    ends = list(events.values_list("id", "execution_id")[:ENDS_AT_ONCE])
    if len(ends) == ENDS_AT_ONCE:
        last = ends[-1][0]
    runs = ended_runs([execution_id for _, execution_id in ends])
    with transaction.atomic():
        if not Cursor.objects.filter(name=CURSOR, position=position).update(position=last):
            return 0  # another clock has just done it
        _tell(runs)
    return len(runs)


def _tell(runs: Sequence[Ended]) -> None:
    subjects = {run.subject(kind) for run in runs for kind in (FAILED, CRITICAL)}
    opened = Alert.objects.filter(subject__in=subjects, resolved_at__isnull=True) if subjects else ()
    told = _Told({alert.subject: alert.data for alert in opened})
    findings = Sightings(runs)
    for run in runs:
        observe_duration(run.agent_type, run.status, run.duration_ms)
        if run.status == Status.FAILED:
            told.fails(run)
        elif run.status == Status.COMPLETED:
            told.is_over(run.subject(FAILED), f"{run.where} completes again")
        silenced = findings.take(run)
        if run.report is not None:
            told.finds(run, critical_titles(run.report), silenced)
    findings.save()


def critical_titles(report: Report) -> list[str]:
    """What is critical in `report`, by what it is called; empty where nothing is."""
    titles = {finding.title for finding in report.findings if finding.severity == "critical"}
    if not titles and report.overall_health == Health.CRITICAL:
        titles = {NO_FINDING}
    return sorted(titles)


def _spoken(titles: Iterable[str], silenced: frozenset[str]) -> set[str]:
    """Without figures, and without what somebody has seen to."""
    return {without_figures(title) for title in titles} - silenced


class _Told:
    """What is open of the subjects of a batch: a run that changes nothing asks nothing of the database."""

    def __init__(self, opened: dict[str, Any]) -> None:
        self._open = opened

    def fails(self, run: Ended) -> None:
        self._begin(
            run,
            FAILED,
            Severity.WARNING,
            f"{run.where} failed",
            run.error_message,
            {"execution": str(run.uid)},
        )

    def finds(self, run: Ended, titles: list[str], silenced: frozenset[str]) -> None:
        """What is critical, but for what is `silenced`: while that is all there is, nothing new is said."""
        subject = run.subject(CRITICAL)
        if not titles:
            self.is_over(subject, f"{run.where} finds nothing critical any more")
            return
        before, spoken = self._open.get(subject), _spoken(titles, silenced)
        if before is not None:
            if _spoken(before.get("titles", ()), silenced) == spoken:
                return
            self.is_over(subject, "" if spoken else f"{run.where} finds nothing else critical any more")
        titles = [title for title in titles if without_figures(title) in spoken]
        if not titles:
            return
        data = {"execution": str(run.uid), "titles": titles}
        more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
        self._begin(
            run, CRITICAL, Severity.CRITICAL, f"{run.where}: {titles[0]}{more}", _listed(run, titles), data
        )

    def is_over(self, subject: str, title: str = "") -> None:
        """Said, where there is a `title` to say it."""
        if self._open.pop(subject, None) is not None:
            resolve_alert(subject, title=title)

    def _begin(
        self, run: Ended, kind: str, severity: Severity, title: str, detail: str, data: dict[str, Any]
    ) -> None:
        subject = run.subject(kind)
        if subject in self._open:
            return
        self._open[subject] = data
        raise_alert(
            kind=kind,
            key=f"{kind}:{run.uid}",
            severity=severity,
            title=title,
            detail=detail,
            data=data,
            agent_type=run.agent_type,
            node_id=run.node_id,
            subject=subject,
        )


def _listed(run: Ended, titles: Iterable[str]) -> str:
    """Each with what shows it."""
    evidence = {finding.title: finding.evidence for finding in (run.report.findings if run.report else ())}
    return "\n".join(f"{title}: {evidence[title]}" if title in evidence else title for title in titles)
