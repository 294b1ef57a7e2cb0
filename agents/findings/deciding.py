"""What people decide of findings: acknowledge, snooze, resolve, open again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils import timezone

from agents.findings.storing import store
from agents.models import ACTIVE_FINDINGS, Finding, FindingState
from system.audit import Deed, record_all
from system.audit_values import changed
from system.errors import Conflict, Invalid, NotFound
from system.wire import BIGGEST
from system.writing import one_writer

LONGEST_SNOOZE = timedelta(days=366)
LONGEST_NOTE = 2000
CHANGED = (
    "state", "state_since", "state_by", "state_why", "snoozed_until", "silenced_severity", "note", "told",
    "alert",
)  # fmt: skip


class Verdict(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    REOPEN = "reopen"


RESULTS = {
    Verdict.ACKNOWLEDGE: FindingState.ACKNOWLEDGED,
    Verdict.SNOOZE: FindingState.SNOOZED,
    Verdict.RESOLVE: FindingState.RESOLVED,
    Verdict.REOPEN: FindingState.OPEN,
}
# A snooze can be given another end; who acknowledges twice says nothing new.
BEGINNINGS = {
    Verdict.ACKNOWLEDGE: (FindingState.OPEN, FindingState.SNOOZED),
    Verdict.SNOOZE: ACTIVE_FINDINGS,
    Verdict.RESOLVE: ACTIVE_FINDINGS,
    Verdict.REOPEN: (FindingState.ACKNOWLEDGED, FindingState.SNOOZED, FindingState.RESOLVED),
}


def find_finding(finding_id: int) -> Finding:
    rows = Finding.objects.select_related("first_execution", "last_execution")
    finding = rows.filter(pk=finding_id).first()
    if finding is None:
        raise NotFound(f"There is no finding {finding_id}.")
    return finding


def decide(
    finding_id: int, verdict: Verdict, *, by: str, note: str = "", until: datetime | None = None
) -> Finding:
    """Raises NotFound, Invalid for an `until` that a snooze cannot have, and Conflict."""
    if not decide_all([finding_id], verdict, by=by, note=note, until=until):
        finding = find_finding(finding_id)
        whose = f" by {finding.state_by}" if finding.state_by else ""
        wanted = " or ".join(BEGINNINGS[verdict])
        raise Conflict(
            f"Finding {finding_id} is {finding.state}{whose}: to {verdict} one, it must be {wanted}."
        )
    return find_finding(finding_id)


def decide_all(
    finding_ids: Sequence[int], verdict: Verdict, *, by: str, note: str = "", until: datetime | None = None
) -> list[Finding]:
    """The same of many; those of which it can be decided are given back, the others left as they are.

    `until` is when a snooze ends. Without a `note` the last one stays. Raises Invalid.
    """
    now = timezone.now()
    _check(verdict, note, until, now)
    known = [number for number in finding_ids if 0 < number <= BIGGEST]  # SQLite is told no greater one
    with one_writer():
        rows = Finding.objects.select_for_update().filter(pk__in=known).order_by("pk")
        fitting = [row for row in rows if row.state in BEGINNINGS[verdict]]
        deeds = [_decide(row, verdict, by, note, until, now) for row in fitting]
        store(fitting, CHANGED)
        record_all(deeds)
    return fitting


def _check(verdict: Verdict, note: str, until: datetime | None, now: datetime) -> None:
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"A note has {LONGEST_NOTE:,} characters at most, not {len(note):,}.", field="note")
    if verdict != Verdict.SNOOZE:
        return
    if until is None:
        raise Invalid("Say until when it is snoozed.", field="until")
    if not now < until <= now + LONGEST_SNOOZE:
        raise Invalid(
            f"A snooze ends in the future, and within {LONGEST_SNOOZE.days} days; {until:%F %R %Z} does not.",
            field="until",
        )


def _decide(
    row: Finding, verdict: Verdict, by: str, note: str, until: datetime | None, now: datetime
) -> Deed:
    before, noted = row.state, row.note
    row.become(RESULTS[verdict], now, by=by, until=until)
    if note:
        row.note = note.replace("\x00", "")
    if verdict == Verdict.RESOLVE:
        row.told, row.alert_id = "", None
    elif verdict == Verdict.REOPEN:
        row.told = row.told or row.severity  # who opens it again knows of it
    changes: dict[str, Any] = {"finding": row.pk, "state": changed(before, row.state)}
    if until is not None:
        changes["snoozed_until"] = until
    if row.note != noted:
        changes["note"] = changed(noted, row.note)
    return Deed(f"finding.{verdict}", f"{row.where}: {row.title}", changes, by)
