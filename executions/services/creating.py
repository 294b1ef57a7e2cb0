"""How executions come to be, one or many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from executions.models import EventName, Execution, Trigger
from executions.services.events import NewEvent, insert_first_events
from executions.services.writing import writing
from executions.text import without_nul


@dataclass(frozen=True, kw_only=True)
class NewExecution:
    """`note` is the text of its first event. One that `is_held` waits for somebody to let it go."""

    agent_type: str
    node_id: str
    triggered_by: str = Trigger.MANUAL
    trigger_source: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    dedupe_key: str | None = None
    note: str = "Queued"
    is_held: bool = False


def create_execution(
    *,
    agent_type: str,
    node_id: str,
    triggered_by: str = Trigger.MANUAL,
    trigger_source: str = "",
    context: Mapping[str, Any] | None = None,
    dedupe_key: str | None = None,
    note: str = "Queued",
) -> tuple[Execution, bool]:
    """Write a pending execution and its first event. With a known `dedupe_key`: that one, and False."""
    with writing():
        known = executions_by_key([dedupe_key]).get(dedupe_key or "")
        if known is not None:
            return known, False
        wanted = NewExecution(
            agent_type=agent_type,
            node_id=node_id,
            triggered_by=triggered_by,
            trigger_source=trigger_source,
            context=context or {},
            dedupe_key=dedupe_key,
            note=note,
        )
        return create_executions([wanted])[0], True


def executions_by_key(keys: Sequence[str | None]) -> dict[str, Execution]:
    """Those of `keys` that are known already. Read it inside `writing()`, where nobody else can add one."""
    asked = {key for key in keys if key is not None}
    found = Execution.objects.filter(dedupe_key__in=asked) if asked else ()
    return {execution.dedupe_key: execution for execution in found if execution.dedupe_key is not None}


def create_executions(wanted: Sequence[NewExecution]) -> list[Execution]:
    """Write pending executions, each with its first event; in their order, and in the caller's writing().

    No `dedupe_key` of theirs may be known.
    """
    now = timezone.now()
    executions = Execution.objects.bulk_create(_execution(new, now) for new in wanted)
    insert_first_events(
        (execution.pk, _first_event(new.note, now)) for execution, new in zip(executions, wanted, strict=True)
    )
    return executions


def _execution(new: NewExecution, now: datetime) -> Execution:
    return Execution(
        agent_type=new.agent_type,
        node_id=new.node_id,
        triggered_by=new.triggered_by,
        trigger_source=new.trigger_source,
        execution_context=without_nul(dict(new.context)),
        dedupe_key=new.dedupe_key,
        started_at=now,
        queued_at=None if new.is_held else now,
        event_count=1,
    )


def _first_event(note: str, now: datetime) -> NewEvent:
    data = {"timestamp": now.isoformat(), "level": "info", "message": note, "step_number": None}
    return NewEvent(EventName.LOG, now, data)
