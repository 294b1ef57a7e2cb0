from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from executions.errors import ExecutionEnded, ExecutionNotFound, ExecutionNotRunning, LeaseLost
from executions.models import ENDED, Execution, Status
from system.statements import select_rows

FIELDS = (
    "id", "uid", "agent_type", "node_id", "status", "started_at", "completed_at", "attempt", "lease_token",
    "lease_until", "lease_owner", "cancel_requested_at", "cancel_requested_by", "event_count", "cost_usd",
    "tokens_used", "effect_step", "triggered_by", "trigger_source",
)  # fmt: skip


@dataclass
class State:
    """The columns of an execution that a change needs; without its texts, which may be large."""

    id: int
    uid: UUID
    agent_type: str
    node_id: str
    status: str
    started_at: datetime
    completed_at: datetime | None
    attempt: int
    lease_token: UUID | None
    lease_until: datetime | None
    lease_owner: str
    cancel_requested_at: datetime | None
    cancel_requested_by: str
    event_count: int
    cost_usd: Decimal | None
    tokens_used: int | None
    effect_step: int | None
    triggered_by: str
    trigger_source: str

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    def require_writer(self, lease_token: UUID | None) -> None:
        """Raise unless it is running and `lease_token` is the lease in force."""
        if self.has_ended:
            raise ExecutionEnded(f"Execution {self.uid} is {self.status} already; nothing was changed.")
        if self.status != Status.RUNNING:
            raise ExecutionNotRunning(f"Execution {self.uid} is {self.status}, not running.")
        if self.lease_token != lease_token:
            raise LeaseLost(f"The lease on execution {self.uid} was lost; nothing was changed.")


def load_state(execution: int | UUID) -> State:
    """Of the execution with this primary key or uid.

    Read it inside `writing()`, where nobody else can change it before the commit.
    """
    found = select_rows(Execution, FIELDS, {"uid" if isinstance(execution, UUID) else "id": execution})
    if not found:
        raise ExecutionNotFound(f"There is no execution {execution}.")
    return State(*found[0])


def state_of(execution: Execution) -> State:
    return State(**{name: getattr(execution, name) for name in FIELDS})
