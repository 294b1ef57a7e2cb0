"""Where an execution comes from, as far as its own row tells: it may have outlived what launched it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from executions.models import Execution


@dataclass(frozen=True)
class Lineage:
    """What `metadata` names is only believed to be there: whoever reports an execution may write anything."""

    actor: str
    agent_version: str
    agent_revision: int | None
    schedule: str
    schedule_id: int | None
    due_at: datetime | None
    source: str
    rerun_of: UUID | None
    overrides: Mapping[str, Any]


def lineage_of(execution: Execution) -> Lineage:
    context = _mapping(execution.execution_context)
    metadata = _mapping(context.get("metadata"))
    schedule_id, revision = metadata.get("schedule_id"), context.get("agent_revision")
    return Lineage(
        actor=_text(context.get("actor")),
        agent_version=_text(context.get("agent_version")),
        agent_revision=revision if isinstance(revision, int) and revision > 0 else None,
        schedule=_text(metadata.get("schedule")),
        schedule_id=schedule_id if isinstance(schedule_id, int) and schedule_id > 0 else None,
        due_at=_moment(metadata.get("due_at")),
        source=execution.trigger_source,
        rerun_of=_uid(metadata.get("rerun_of")),
        overrides=_mapping(context.get("overrides")),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _uid(value: Any) -> UUID | None:
    try:
        return UUID(value)
    except (TypeError, ValueError, AttributeError):
        return None
