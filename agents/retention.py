from collections.abc import Iterator
from datetime import datetime

from agents.models import Finding, FindingState, LaunchRefusal
from system.retention import days_before, delete_in_batches, old_rows, told


def delete_old_refusals(now: datetime) -> Iterator[str]:
    before = days_before(now, "retention.refusals_days")
    rows = old_rows(LaunchRefusal.objects.all(), "at", before)
    return told("refused launches", before, delete_in_batches(rows))


def delete_old_findings(now: datetime) -> Iterator[str]:
    """None that is still there, however long nobody has resolved it."""
    before = days_before(now, "retention.findings_days")
    rows = old_rows(Finding.objects.filter(state=FindingState.RESOLVED), "state_since", before)
    return told("findings", before, delete_in_batches(rows))
