"""Executions that agents elsewhere report: entries are applied in order, all of them or none."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from agents.tracking_entries import Entry, TrackedIn
from executions.services import Change, changing_remote_execution, starting_remote_execution
from system.errors import DomainError, Invalid, NotFound


@dataclass(frozen=True)
class Tracked:
    """`duplicates`: entries passed over because their key, or their request id, was known."""

    id: UUID
    status: str
    is_new: bool
    applied: int
    duplicates: int


def start_tracked(told: TrackedIn) -> Tracked:
    """Write an execution that runs elsewhere, with what is told of it. A known dedupe_key applies nothing."""
    with starting_remote_execution(
        agent_type=told.agent_type,
        node_id=told.node_id,
        triggered_by=told.triggered_by,
        context=told.context,
        dedupe_key=told.dedupe_key,
        started_at=told.at,
    ) as (execution, change):
        if change is None:
            return Tracked(
                execution.uid, execution.status, is_new=False, applied=0, duplicates=len(told.entries)
            )
        applied = _apply(change, told.entries, known=())
    return Tracked(
        execution.uid,
        change.state.status,
        is_new=True,
        applied=applied,
        duplicates=len(told.entries) - applied,
    )


def track(uid: UUID, entries: Sequence[Entry]) -> Tracked:
    """Apply `entries` and renew the lease. Raises ExecutionNotFound, Invalid, Conflict if it runs no more."""
    with changing_remote_execution(uid, [entry.key for entry in entries]) as (change, known):
        applied = _apply(change, entries, known)
    return Tracked(uid, change.state.status, is_new=False, applied=applied, duplicates=len(entries) - applied)


def _apply(change: Change, entries: Iterable[Entry], known: Iterable[str]) -> int:
    seen = set(known)
    applied = 0
    now = timezone.now()
    for index, entry in enumerate(entries):
        if entry.key is not None and entry.key in seen:
            continue
        if entry.key is not None:
            seen.add(entry.key)
        try:
            applied += entry.apply(change, entry.at or now)
        except DomainError as error:
            _place(error, f"entries.{index}")
            if isinstance(error, NotFound):  # a step, in the body: what the URL names was found
                raise Invalid(error.detail, field=error.field) from error
            raise
    return applied


def _place(error: DomainError, path: str) -> None:
    """Name the field as the writer of the body knows it, as in entries.3.usage.iterations.1.input_tokens."""
    field = re.sub(r"\[(\d+)\]", r".\1", error.field) if error.field else ""
    error.field = f"{path}.{field}" if field else path
