"""Groups of executions of which one at a time is let go: the runs of a schedule that wait for one another."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count

from agents.models import Hold, Turn
from executions.models import ACTIVE, Execution, Status


class Running(NamedTuple):
    pk: int
    uid: UUID


class Turns:
    """Whose turn it is in some groups, and which have somebody waiting. Read inside `writing()`."""

    def __init__(self, groups: Collection[str]) -> None:
        self._running: dict[str, Running | None] = {}
        self._waiting: Counter[str] = Counter()
        if groups:
            turns = Turn.objects.filter(name__in=groups, execution__status__in=ACTIVE)
            found = turns.values_list("name", "execution_id", "execution__uid")
            self._running = {name: Running(pk, uid) for name, pk, uid in found}
            holds = Hold.objects.filter(group__in=groups, execution__status=Status.PENDING)
            waiting = holds.order_by().values_list("group").annotate(Count("pk"))
            self._waiting = Counter(dict(waiting.values_list("group", "pk__count")))

    def running(self, group: str) -> Running | None:
        """The execution whose turn it is; None where nobody's is, or one's that is being launched."""
        return self._running.get(group)

    def is_busy(self, group: str) -> bool:
        return group in self._running or self._waiting[group] > 0

    def waiting(self, group: str) -> int:
        """How many executions wait for their turn."""
        return self._waiting[group]

    def take(self, group: str) -> None:
        self._running[group] = None

    def wait(self, group: str) -> None:
        self._waiting[group] += 1


def give_turns(turns: Iterable[tuple[str, Execution]]) -> None:
    """Let it be each execution's turn in its group."""
    last = dict(turns)
    Turn.objects.bulk_create(
        [Turn(name=group, execution=execution) for group, execution in last.items()],
        update_conflicts=True,
        update_fields=["execution"],
        unique_fields=["name"],
    )
