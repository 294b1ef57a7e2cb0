"""What is said of findings: what is new, back or graver, once; what is still there after its snooze; the end.

A critical finding is said by agents.outcomes, of all that an agent finds critical together.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from agents.ended_runs import Ended
from agents.models import Finding, FindingState
from system.alerts import RECOVERED, raise_alert
from system.models import Alert, Severity

FINDING = "finding"


def tell_found(run: Ended, rows: Sequence[Finding]) -> None:
    """Of those of `rows` that are open: what was not said when it was as grave as now. In one alert."""
    fresh = [row for row in rows if row.state == FindingState.OPEN and row.is_graver_than(row.told)]
    fresh = [row for row in fresh if row.severity != Severity.INFO]
    for row in fresh:
        row.told = row.severity
    news = [row for row in fresh if row.severity == Severity.WARNING]
    if not news:
        return
    key = f"{FINDING}:{run.uid}"
    raise_alert(
        kind=FINDING,
        key=key,
        severity=Severity.WARNING,
        title=f"{run.where}: {_headline(news)}",
        detail="\n".join(f"{row.title}{_why(row, run)}: {row.evidence}" for row in news),
        data={"execution": str(run.uid), "findings": [row.pk for row in news]},
        agent_type=run.agent_type,
        node_id=run.node_id,
    )
    alert = Alert.objects.get(key=key)
    for row in news:
        row.alert = alert


def tell_gone(run: Ended, rows: Sequence[Finding]) -> None:
    """The end of what was said, by the alert that said it; who snoozed it wants no word of that either."""
    by_alert: dict[int, list[Finding]] = defaultdict(list)
    for row in rows:
        if row.alert_id is not None and row.state != FindingState.SNOOZED:
            by_alert[row.alert_id].append(row)
    for alert_id, gone in by_alert.items():
        raise_alert(
            kind=RECOVERED,
            key=f"{RECOVERED}:{alert_id}:{run.uid}",
            severity=Severity.INFO,
            title=f"{run.where}: gone: {_headline(gone)}",
            detail="\n".join(row.title for row in gone) if len(gone) > 1 else "",
            data={
                "alert": alert_id,
                "kind": FINDING,
                "execution": str(run.uid),
                "findings": [row.pk for row in gone],
            },
            agent_type=run.agent_type,
            node_id=run.node_id,
        )


def tell_still_there(row: Finding, until: datetime) -> None:
    """Its snooze, which was `until` then, is over."""
    key = f"{FINDING}:{row.pk}:{until.isoformat()}"
    raise_alert(
        kind=FINDING,
        key=key,
        severity=Severity(row.severity),
        title=f"{row.where}: still there after its snooze: {row.title}",
        detail=row.evidence,
        data={"findings": [row.pk]},
        agent_type=row.agent_type,
        node_id=row.node_id,
    )
    row.told, row.alert = row.severity, Alert.objects.get(key=key)


def _headline(rows: Sequence[Finding]) -> str:
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return f"{rows[0].title}{more}"


def _why(row: Finding, run: Ended) -> str:
    if row.back_at == run.ended_at:
        return " (back again)"
    return "" if row.first_seen == run.ended_at else " (graver than before)"
