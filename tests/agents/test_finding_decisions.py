"""What people decide of a finding: from which state to which, by whom, and on record."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from agents.findings.deciding import LONGEST_NOTE, LONGEST_SNOOZE, Verdict, decide, decide_all
from agents.models import Finding
from system.audit_values import shown
from system.errors import Conflict, Invalid, NotFound
from system.models import AuditEntry
from tests.console import a_finding, an_ended_execution
from tests.system.audit_log import last, last_changes

pytestmark = pytest.mark.django_db
OPEN, ACKNOWLEDGED, SNOOZED, RESOLVED = "open", "acknowledged", "snoozed", "resolved"
ALLOWED = {
    Verdict.ACKNOWLEDGE: (ACKNOWLEDGED, {OPEN, SNOOZED}),
    Verdict.SNOOZE: (SNOOZED, {OPEN, ACKNOWLEDGED, SNOOZED}),
    Verdict.RESOLVE: (RESOLVED, {OPEN, ACKNOWLEDGED, SNOOZED}),
    Verdict.REOPEN: (OPEN, {ACKNOWLEDGED, SNOOZED, RESOLVED}),
}


def in_an_hour() -> datetime:
    return timezone.now() + timedelta(hours=1)


def in_state(state: str) -> Finding:
    finding = a_finding(an_ended_execution(), title="Disk / is full", note="")
    by = {"state": state, "state_by": "" if state == OPEN else "bob"}
    Finding.objects.filter(pk=finding.pk).update(
        **by, snoozed_until=in_an_hour() if state == SNOOZED else None
    )
    return finding


def until(verdict: Verdict) -> datetime | None:
    return timezone.now() + timedelta(hours=2) if verdict == Verdict.SNOOZE else None


@pytest.mark.parametrize("state", [OPEN, ACKNOWLEDGED, SNOOZED, RESOLVED])
@pytest.mark.parametrize("verdict", list(Verdict))
def test_what_can_be_decided_in_which_state(verdict: Verdict, state: str) -> None:
    finding, entries = in_state(state), AuditEntry.objects.count()
    result, allowed = ALLOWED[verdict]
    if state not in allowed:
        with pytest.raises(Conflict, match=f"is {state}"):
            decide(finding.pk, verdict, by="ann", until=until(verdict))
        assert AuditEntry.objects.count() == entries
        return
    decided = decide(finding.pk, verdict, by="ann", note="a new disk comes", until=until(verdict))
    assert (decided.state, decided.state_by, decided.note) == (result, "ann", "a new disk comes")
    assert (decided.snoozed_until is not None) == (verdict == Verdict.SNOOZE)
    assert (last().action, last().actor) == (f"finding.{verdict}", "ann")
    assert last().target == "disk-space on localhost: Disk / is full"
    changes = last_changes()
    assert changes["finding"] == finding.pk
    assert changes["note"] == {"before": "", "after": "a new disk comes"}
    if state != result:
        assert changes["state"] == {"before": state, "after": result}
    assert ("snoozed_until" in changes) == (verdict == Verdict.SNOOZE)


def test_a_note_stays_until_another_is_given() -> None:
    finding = in_state(OPEN)
    decide(finding.pk, Verdict.ACKNOWLEDGE, by="ann", note="ordered")
    assert decide(finding.pk, Verdict.RESOLVE, by="bob").note == "ordered"
    assert "note" not in last_changes()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "until"),
        ({"until": timedelta(seconds=-1)}, "until"),
        ({"until": LONGEST_SNOOZE + timedelta(minutes=1)}, "until"),
        ({"until": timedelta(hours=1), "note": "x" * (LONGEST_NOTE + 1)}, "note"),
    ],
)
def test_what_a_snooze_cannot_be(given: dict[str, Any], field: str) -> None:
    finding = in_state(OPEN)
    if "until" in given:
        given = {**given, "until": timezone.now() + given["until"]}
    with pytest.raises(Invalid) as refusal:
        decide(finding.pk, Verdict.SNOOZE, by="ann", **given)
    assert refusal.value.field == field
    assert Finding.objects.get().state == OPEN


def test_of_many_those_that_fit() -> None:
    rows = [in_state(state) for state in (OPEN, RESOLVED, SNOOZED)]
    before = AuditEntry.objects.count()
    done = decide_all([*(row.pk for row in rows), 999_999], Verdict.ACKNOWLEDGE, by="ann")
    assert [row.pk for row in done] == [rows[0].pk, rows[2].pk]
    assert AuditEntry.objects.count() == before + 2
    assert Finding.objects.filter(state=ACKNOWLEDGED).count() == 2


def test_what_is_not_there() -> None:
    with pytest.raises(NotFound):
        decide(1, Verdict.RESOLVE, by="ann")


def test_no_secret_of_a_note_is_on_record() -> None:
    finding = in_state(OPEN)
    token = "ghp_" + "a1B2" * 9
    decide(finding.pk, Verdict.ACKNOWLEDGE, by="ann", note=f"use {token}")
    assert token not in str(shown(last_changes()))
