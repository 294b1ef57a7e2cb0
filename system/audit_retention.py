"""Removing the oldest audit entries so that what is left can still be verified."""

from datetime import datetime
from itertools import takewhile

from django.utils import timezone

from system.append_only import deletion_allowed
from system.audit import record
from system.models import AuditEntry
from system.retention import one_batch
from system.writing import one_writer

PRUNED = "audit.prune"
# Each leaves an anchor, and keeps whoever changes something waiting for some milliseconds.
PORTION = 500


def prune_audit(before: datetime) -> int:
    """Remove the entries from before then, in short transactions with pauses for others; how many.

    What goes is put on record first, with the digest of its last entry: the anchor that the first entry which
    is left follows. It is an entry of the chain itself, and goes one day like any other, when a later one has
    taken its place.
    """
    before = min(before, timezone.now())  # the anchors that are written meanwhile stay
    removed = 0
    while portion := _prune_portion(before):
        removed += portion
    return removed


def _prune_portion(before: datetime) -> int:
    with one_batch(one_writer):
        oldest = AuditEntry.objects.order_by("id").values_list("id", "at", "digest")[:PORTION]
        # By number, up to the first that is young: a clock that was wrong must not cut the chain in two.
        going = list(takewhile(lambda entry: entry[1] < before, oldest))
        if not going:
            return 0
        first, (through, _, digest) = going[0][0], going[-1]
        record(PRUNED, f"{first} to {through}", {"through": through, "digest": digest, "before": before})
        with deletion_allowed(AuditEntry._meta.db_table):
            return int(AuditEntry.objects.filter(pk__lte=through).delete()[0])
