from collections.abc import Iterator
from datetime import datetime

from agents.findings.leaving import close_orphaned_alerts, resolve_orphans
from agents.models import Finding, FindingState, LaunchRefusal
from system.retention import days_before, delete_in_batches, old_rows, told


def delete_old_refusals(now: datetime) -> Iterator[str]:
    before = days_before(now, "retention.refusals_days")
    rows = old_rows(LaunchRefusal.objects.all(), "at", before)
    return told("refused launches", before, delete_in_batches(rows))


def keep_findings(now: datetime) -> Iterator[str]:
    """Resolves those of what was deleted; deletes none that is not resolved, however long nobody did."""
    resolved = 0
    for number in resolve_orphans(now):
        resolved += number
        yield f"Resolved {resolved:,} findings of agents and nodes that are gone so far."
    close_orphaned_alerts()
    before = days_before(now, "retention.findings_days")
    rows = old_rows(Finding.objects.filter(state=FindingState.RESOLVED), "state_since", before)
    for line in told("findings", before, delete_in_batches(rows)):
        yield f"{line} Resolved {resolved:,} of agents and nodes that are gone." if resolved else line
