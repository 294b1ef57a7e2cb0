"""What runs came to, told as alerts: an agent that fails, what it finds that is critical, and their end.

The tail of the event rows, whose ids grow in the order of the commits (docs/decisions/0005-events.md): each
end of a run is looked at once, in the transaction that moves the cursor behind it. It makes no difference who
ran it: a worker of ours, or an agent elsewhere that reports.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic import ValidationError

from agents.reports import Report
from executions.durations import observe_duration
from executions.models import EventName, Execution, ExecutionEvent, Status
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
_FIGURE = re.compile(r"(?<![\w/.-])\d[\d.,]*(?![\w/])")  # not a part of a name


@dataclass(frozen=True)
class Ended:
    """A run that has ended; `report` is None where there is none, or none that is as reports are."""

    uid: UUID
    agent_type: str
    node_id: str
    status: str
    duration_ms: int
    error_message: str
    report: Report | None

    def subject(self, kind: str) -> str:
        return f"{kind}:{self.agent_type}:{self.node_id}"[:200]

    @property
    def where(self) -> str:
        return f"{self.agent_type} on {self.node_id}"


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
    runs = _runs_of([execution_id for _, execution_id in ends])
    with transaction.atomic():
        if not Cursor.objects.filter(name=CURSOR, position=position).update(position=last):
            return 0  # another clock has just done it
        _tell(runs)
    return len(runs)


def _runs_of(ids: list[int]) -> list[Ended]:
    """In the order of `ids`; what was deleted meanwhile is left out."""
    columns = ("id", "uid", "agent_type", "node_id", "status", "duration_ms", "error_message", "ai_analysis")
    rows = Execution.objects.filter(pk__in=ids).values_list(*columns) if ids else []
    found = {
        pk: Ended(uid, agent_type, node_id, status, duration_ms or 0, error, _report_of(analysis))
        for pk, uid, agent_type, node_id, status, duration_ms, error, analysis in rows
    }
    return [found[pk] for pk in ids if pk in found]


def _report_of(analysis: Any) -> Report | None:
    if not analysis:
        return None
    try:
        return Report.model_validate(analysis)
    except ValidationError:  # SQL wrote it, or another version
        return None


def _tell(runs: Iterable[Ended]) -> None:
    runs = list(runs)
    subjects = {run.subject(kind) for run in runs for kind in (FAILED, CRITICAL)}
    opened = Alert.objects.filter(subject__in=subjects, resolved_at__isnull=True) if subjects else ()
    told = _Told({alert.subject: alert.data for alert in opened})
    for run in runs:
        observe_duration(run.agent_type, run.status, run.duration_ms)
        if run.status == Status.FAILED:
            told.fails(run)
        elif run.status == Status.COMPLETED:
            told.is_over(run.subject(FAILED), f"{run.where} completes again")
        if run.report is not None:
            told.finds(run, critical_titles(run.report))


def critical_titles(report: Report) -> list[str]:
    """What is critical in `report`, by what it is called; empty where nothing is."""
    titles = {finding.title for finding in report.findings if finding.severity == "critical"}
    if not titles and report.overall_health == Health.CRITICAL:
        titles = {NO_FINDING}
    return sorted(titles)


def _without_figures(titles: Iterable[str]) -> list[str]:
    """A disk at 96 % that was at 95 is the same thing; /data/1 and /data/2 are two."""
    return sorted({_FIGURE.sub("#", title) for title in titles})


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

    def finds(self, run: Ended, titles: list[str]) -> None:
        subject = run.subject(CRITICAL)
        if not titles:
            self.is_over(subject, f"{run.where} finds nothing critical any more")
            return
        data = {"execution": str(run.uid), "titles": titles}
        before = self._open.get(subject)
        if before is not None:
            if _without_figures(before.get("titles", ())) == _without_figures(titles):
                return
            self.is_over(subject)
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
