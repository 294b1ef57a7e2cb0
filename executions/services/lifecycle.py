"""How an execution is claimed, kept alive, cancelled, and taken from a worker that was lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from executions.errors import ExecutionEnded, ExecutionNotFound
from executions.models import Execution, ExecutionStep, Status
from executions.services.change import Change
from executions.services.events import insert_events, started_event
from executions.services.remote import REMOTE
from executions.services.state import State, load_state
from executions.services.tracker import Tracker
from executions.services.writing import writing
from executions.text import without_nul
from system.audit import record


@dataclass(frozen=True)
class Lease:
    execution_id: int
    token: UUID

    def tracker(self) -> Tracker:
        return Tracker(self.execution_id, self.token)


def claim_execution(execution_id: int, *, owner: str) -> Lease | None:
    """pending → running with a new lease, in one UPDATE; None when there is nothing to claim.

    A second delivery of the same message, the loser of a race, and who asks for one that is held get None.
    """
    token = uuid4()
    now = timezone.now()
    with writing():
        state = load_state(execution_id)
        claimed = (
            Execution.objects.queued()
            .filter(pk=execution_id)
            .update(
                status=Status.RUNNING,
                started_at=now,
                attempt=state.attempt + 1,
                lease_token=token,
                lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
                lease_owner=owner,
                event_count=state.event_count + 1,
                updated_at=now,
            )
        )
        if not claimed:
            return None
        if state.attempt:  # the attempt before began no effect: its steps count for nothing
            ExecutionStep.objects.filter(execution_id=execution_id).delete()
        insert_events(
            execution_id, state.event_count + 1, [started_event(now, state.agent_type, state.attempt + 1)]
        )
    return Lease(execution_id, token)


def renew_lease(lease: Lease) -> bool:
    """False when the lease is not ours any more; the holder must then stop and write nothing."""
    now = timezone.now()
    rows = Execution.objects.filter(pk=lease.execution_id, status=Status.RUNNING, lease_token=lease.token)
    return bool(rows.update(lease_until=now + timedelta(seconds=settings.LEASE_SECONDS), updated_at=now))


def note_in_context(lease: Lease, context: Mapping[str, Any]) -> None:
    """What its worker knows better than who launched it. Nothing happens where the lease is not ours."""
    rows = Execution.objects.filter(pk=lease.execution_id, status=Status.RUNNING, lease_token=lease.token)
    rows.update(execution_context=without_nul(dict(context)), updated_at=timezone.now())


class CancelOutcome(StrEnum):
    CANCELLED = "cancelled"
    REQUESTED = "requested"  # its worker ends the process tree first


def cancel_execution(execution_id: int, *, by: str) -> CancelOutcome:
    """Cancel what waits at once; ask the worker of what runs. Raises ExecutionEnded, ExecutionNotFound."""
    with writing():
        state = load_state(execution_id)
        if state.has_ended:
            raise ExecutionEnded(f"Execution {state.uid} is {state.status} already.")
        change = Change(state)
        outcome = CancelOutcome.REQUESTED
        rows = Execution.objects.filter(pk=execution_id, cancel_requested_at__isnull=True)
        if state.status == Status.PENDING or state.lease_token is None:
            change.cancel(by=by)
            outcome = CancelOutcome.CANCELLED
        elif rows.update(
            cancel_requested_at=timezone.now(), cancel_requested_by=by, updated_at=timezone.now()
        ):
            change.add_log(f"Cancel asked for by {by}" if by else "Cancel asked for", "warn")
        else:
            return outcome
        change.save(state.lease_token)
        record(
            "execution.cancel",
            str(state.uid),
            {"agent": state.agent_type, "outcome": outcome.value},
            actor=by,
        )
        return outcome


def cancel_requested_by(lease: Lease) -> str | None:
    """Who asked to cancel it ("" is nobody known); None while nobody has."""
    return (
        Execution.objects.filter(pk=lease.execution_id, cancel_requested_at__isnull=False)
        .values_list("cancel_requested_by", flat=True)
        .first()
    )


class Verdict(StrEnum):
    ENDED = "ended"
    REQUEUED = "requeued"
    ALIVE = "alive"


def give_up_lease(
    execution_id: int, *, lease_token: UUID | None, why: str, expired_at: datetime | None = None
) -> Verdict:
    """End or requeue a running execution whose worker is lost; ALIVE if it has moved on meanwhile.

    With `expired_at` only a lease that had run out by then counts as lost, without it any. Only what never
    began an effect is begun again, and only up to settings.MAX_ATTEMPTS.
    """
    with writing():
        state = load_state(execution_id)
        if state.status != Status.RUNNING or state.lease_token != lease_token:
            return Verdict.ALIVE
        if expired_at is not None and state.lease_until is not None and state.lease_until > expired_at:
            return Verdict.ALIVE
        change = Change(state)
        verdict = _settle(change, state, why)
        change.save(lease_token)
        return verdict


def _settle(change: Change, state: State, why: str) -> Verdict:
    if state.cancel_requested_at is not None:
        change.cancel(by=state.cancel_requested_by)
    elif state.lease_owner == REMOTE:
        change.fail(f"{why} The agent that reported it has fallen silent.")
    elif state.effect_step is not None:
        change.fail(
            f"{why} It was cut off after step {state.effect_step} had begun, which may have changed"
            " something, so it is not repeated by itself: look at what that step did, then run it again."
        )
    elif state.attempt >= settings.MAX_ATTEMPTS:
        change.fail(f"{why} Given up after {state.attempt} attempts, each of which lost its worker.")
    else:
        change.requeue(f"{why} Attempt {state.attempt} had changed nothing yet; queued again.")
        return Verdict.REQUEUED
    return Verdict.ENDED


def find_execution(uid: UUID | str) -> Execution:
    try:
        return Execution.objects.get(uid=uid)
    except (Execution.DoesNotExist, ValidationError) as error:
        raise ExecutionNotFound(f"There is no execution {uid}.") from error
