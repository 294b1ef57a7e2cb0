"""What makes "no run is ever lost" true: finds runs whose worker is gone and runs nobody picked up."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from agents.queue import enqueue
from costs.budgets.reserving import release_reservations_of, sweep_reservations
from executions.models import Execution
from executions.services import REMOTE, Verdict, give_up_lease, writing
from system.counters import count


def reconcile(node: str) -> int:
    """One sweep over all nodes' lost leases and this `node`'s forgotten runs; how many were moved."""
    settled = _settle_expired()
    sweep_reservations()
    return settled + _enqueue_forgotten(node)


def settle_node(owner_prefix: str, why: str) -> int:
    """Settle now what workers of `owner_prefix` held; the caller knows that they are dead."""
    rows = Execution.objects.running().filter(lease_owner__startswith=owner_prefix)
    return sum(_settle(*row, why=why) for row in rows.values_list("pk", "node_id", "lease_token"))


def _settle_expired() -> int:
    now = timezone.now()
    rows = Execution.objects.lease_expired(now).values_list("pk", "node_id", "lease_token", "lease_owner")
    return sum(
        _settle(
            pk, node_id, token, why=f"The lease of {owner or 'its worker'} on node {node_id} ran out.", at=now
        )
        for pk, node_id, token, owner in rows
    )


def _settle(
    execution_id: int, node_id: str, lease_token: UUID | None, *, why: str, at: datetime | None = None
) -> int:
    with writing():
        verdict = give_up_lease(execution_id, lease_token=lease_token, why=why, expired_at=at)
        if verdict != Verdict.ALIVE:
            release_reservations_of(execution_id)
            if at is not None:
                count("lease_expiries")
        if verdict == Verdict.REQUEUED:
            enqueue(execution_id, node_id)
    return int(verdict != Verdict.ALIVE)


def _enqueue_forgotten(node: str) -> int:
    """Ring again for pending runs whose message was lost (a rotated key, a message a dead cluster had taken).

    Only while a worker of the node is free: else they simply wait their turn. A message too many is harmless.
    """
    running = Execution.objects.running().on_node(node).exclude(lease_owner=REMOTE).count()
    if running >= settings.WORKERS:
        return 0
    before = timezone.now() - timedelta(seconds=settings.STALL_SECONDS)
    forgotten = Execution.objects.pending().on_node(node).filter(queued_at__lt=before).order_by("id")
    count = 0
    for execution_id in forgotten.values_list("pk", flat=True)[:100]:
        with writing():
            waiting = Execution.objects.pending().filter(pk=execution_id, queued_at__lt=before)
            if waiting.update(queued_at=timezone.now(), updated_at=timezone.now()):
                enqueue(execution_id, node)
                count += 1
    return count
