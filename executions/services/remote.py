"""Executions of agents that run elsewhere and report over the API: running from the start, no worker."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from executions.errors import ExecutionNotRunning
from executions.models import Execution, ExecutionEvent, Status, Trigger
from executions.services.change import Change
from executions.services.state import State, load_state, state_of
from executions.services.writing import writing
from executions.text import without_nul
from system.statements import insert_row

INSERTED = (
    "uid", "agent_type", "node_id", "triggered_by", "trigger_source", "execution_context", "dedupe_key",
    "status", "started_at", "attempt", "lease_owner", "lease_until", "created_at", "updated_at",
)  # fmt: skip

# The owner of a lease that no worker of ours holds. Every call about the execution renews it.
REMOTE = "remote"


@contextmanager
def starting_remote_execution(
    *,
    agent_type: str,
    node_id: str,
    triggered_by: str = Trigger.MANUAL,
    context: Mapping[str, Any] | None = None,
    dedupe_key: str | None = None,
    started_at: datetime | None = None,
) -> Iterator[tuple[Execution, Change | None]]:
    """A new execution and a change for what is known of it already, written together.

    With a known `dedupe_key`: that execution, and None in place of the change.
    """
    with writing():
        known = Execution.objects.filter(dedupe_key=dedupe_key).first() if dedupe_key is not None else None
        if known is not None:
            yield known, None
            return
        now = timezone.now()
        execution = Execution(
            agent_type=agent_type,
            node_id=node_id,
            triggered_by=triggered_by,
            execution_context=without_nul(dict(context or {})),
            dedupe_key=dedupe_key,
            status=Status.RUNNING,
            started_at=min(started_at or now, now),
            attempt=1,
            lease_owner=REMOTE,
            lease_until=_next_lease(),
            created_at=now,
            updated_at=now,
        )
        execution.pk = insert_row(Execution, {name: getattr(execution, name) for name in INSERTED})
        change = Change(state_of(execution), is_new=True)
        change.announce_start()
        yield execution, change
        change.save(None)


def start_remote_execution(**what: Any) -> tuple[Execution, bool]:
    """As starting_remote_execution, with nothing to add; False for the one of a known `dedupe_key`."""
    with starting_remote_execution(**what) as (execution, change):
        return execution, change is not None


@contextmanager
def changing_remote_execution(uid: UUID, keys: Sequence[str | None]) -> Iterator[tuple[Change, set[str]]]:
    """A change that also renews the lease, and those of `keys` that earlier changes had.

    `keys` are those of what is about to be told. Raises as Tracker.batch() does, and for an execution of our
    own workers; but not where all `keys` are known: a last report that is repeated finds it ended.
    """
    with writing():
        state = load_state(uid)
        known = _known_keys(state.id, keys)
        if not keys or not known.issuperset(keys):
            _require_remote(state)
        change = Change(state)
        yield change, known
        change.extend_lease(_next_lease())
        change.save(state.lease_token)


def _require_remote(state: State) -> None:
    if state.lease_token is not None:
        raise ExecutionNotRunning(
            f"Execution {state.uid} is run by a worker of ClaudeOps, which tracks it itself."
        )
    state.require_writer(None)


def _known_keys(execution_id: int, keys: Sequence[str | None]) -> set[str]:
    asked = [key for key in keys if key is not None]
    if not asked:
        return set()
    events = ExecutionEvent.objects.filter(execution_id=execution_id, key__in=asked).order_by()
    return {key for key in events.values_list("key", flat=True) if key is not None}


def _next_lease() -> datetime:
    return timezone.now() + timedelta(seconds=settings.TRACKING_LEASE_SECONDS)
