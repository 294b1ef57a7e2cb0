"""The rows of django-q2's queue, as the keeper of a node's workers sees them."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import BadSignature, SignedPackage

from agents.queue import TASK
from executions.models import Execution

_LOOK_AT = 20  # of the oldest messages: enough to see whether any of them moves
# A message's lock is the time from which it may be taken; what was taken once goes before all others.
_FRONT = datetime(2000, 1, 1, tzinfo=UTC)


def waiting_messages(node: str) -> set[int]:
    """The oldest messages of `node`, taken or not, whose execution nobody has begun."""
    oldest = OrmQ.objects.filter(key=node).order_by("id").values_list("pk", "payload")[:_LOOK_AT]
    executions = {pk: id_ for pk, payload in oldest if (id_ := _execution_of(payload)) is not None}
    if not executions:
        return set()
    pending = set(Execution.objects.pending().filter(pk__in=executions.values()).values_list("pk", flat=True))
    return {pk for pk, execution in executions.items() if execution in pending}


def _execution_of(payload: str) -> int | None:
    try:
        task: dict[str, Any] = SignedPackage.loads(payload)
    except (BadSignature, TypeError):
        return None  # signed with another key; the cluster throws it away, the reconciler rings again
    return task["args"][0] if task["func"] == TASK else None


def release_messages(node: str, only: set[int] | None = None) -> int:
    """Deliver the messages that somebody had taken once more; how many. A claim refuses one too many."""
    taken = OrmQ.objects.filter(key=node, lock__gt=timezone.now())
    if only is not None:
        taken = taken.filter(pk__in=only)
    return taken.update(lock=_FRONT)
