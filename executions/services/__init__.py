"""Every change of an execution: the only writers of its status."""

from executions.services.change import Change
from executions.services.corrections import correct_cost
from executions.services.creating import (
    NewExecution,
    create_execution,
    create_executions,
    executions_by_key,
)
from executions.services.holding import end_held, let_go
from executions.services.lifecycle import (
    CancelOutcome,
    Lease,
    Verdict,
    cancel_execution,
    cancel_requested_by,
    claim_execution,
    find_execution,
    give_up_lease,
    note_in_context,
    renew_lease,
)
from executions.services.remote import (
    REMOTE,
    changing_remote_execution,
    start_remote_execution,
    starting_remote_execution,
)
from executions.services.tracker import Tracker, changing_totals
from executions.services.writing import writing

__all__ = [
    "REMOTE",
    "CancelOutcome",
    "Change",
    "Lease",
    "NewExecution",
    "Tracker",
    "Verdict",
    "cancel_execution",
    "cancel_requested_by",
    "changing_remote_execution",
    "changing_totals",
    "claim_execution",
    "correct_cost",
    "create_execution",
    "create_executions",
    "end_held",
    "executions_by_key",
    "find_execution",
    "give_up_lease",
    "let_go",
    "note_in_context",
    "renew_lease",
    "start_remote_execution",
    "starting_remote_execution",
    "writing",
]
