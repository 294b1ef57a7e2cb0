"""Which version of its agent an execution ran."""

from agents.models import AgentConfiguration
from executions.models import Execution
from executions.services import Lease, note_in_context

REVISION = "agent_revision"  # in the context of an execution


def note_ran(lease: Lease, execution: Execution, agent: AgentConfiguration) -> None:
    """A launch writes the version that was the newest then; while it waited, somebody may have saved another.

    Nothing is asked or written where it still is.
    """
    if execution.execution_context.get(REVISION, 0) != agent.revision:
        context = {**execution.execution_context, "agent_version": agent.version, REVISION: agent.revision}
        note_in_context(lease, context)
        execution.execution_context = context
