"""Snoozes that are over: what is still there is open again, and said once more."""

from django.db import transaction
from django.utils import timezone

from agents.findings.deciding import CHANGED
from agents.findings.storing import store
from agents.findings.telling import tell_still_there
from agents.models import Finding, FindingState

MOST_AT_ONCE = 100


def wake_snoozed() -> int:
    """How many woke up; a bounded part of them. Any number of clocks may do so at once."""
    now = timezone.now()
    over = Finding.objects.filter(state=FindingState.SNOOZED, snoozed_until__lte=now)
    keys = list(over.order_by("snoozed_until").values_list("pk", flat=True)[:MOST_AT_ONCE])
    return sum(_wake(pk) for pk in keys)


def _wake(pk: int) -> bool:
    """Each in a transaction of its own: one of two clocks has it, and what was decided meanwhile stays."""
    now = timezone.now()
    with transaction.atomic():
        over = Finding.objects.filter(pk=pk, state=FindingState.SNOOZED, snoozed_until__lte=now)
        row = over.select_for_update().first()
        if row is None or row.snoozed_until is None:
            return False
        until = row.snoozed_until
        row.become(FindingState.OPEN, now)
        tell_still_there(row, until)
        store([row], CHANGED)
    return True
