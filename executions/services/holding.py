"""What becomes of an execution that was held: it is let go, or ends without having run."""

from django.utils import timezone

from executions.models import Execution, Status
from executions.services.change import Change
from executions.services.state import load_state
from executions.services.writing import writing


def let_go(execution_id: int, *, note: str) -> bool:
    """Let it wait for a worker from now on; False where it is not held any more. The caller queues it."""
    with writing():
        state = load_state(execution_id)
        now = timezone.now()
        held = Execution.objects.held().filter(pk=execution_id)
        if not held.update(queued_at=now, started_at=now, updated_at=now):
            return False
        change = Change(state)
        change.add_log(note, at=now)
        change.save(None)
    return True


def end_held(execution_id: int, *, error: str) -> bool:
    """End it as failed with `error`; False where it has ended by itself, or was let go."""
    with writing():
        state = load_state(execution_id)
        if state.status != Status.PENDING or not Execution.objects.held().filter(pk=execution_id).exists():
            return False
        change = Change(state)
        change.fail(error)
        change.save(None)
    return True
