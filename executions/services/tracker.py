from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from executions.services.change import Change
from executions.services.state import load_state
from executions.services.writing import writing


class Tracker:
    """The one way in which a running execution changes (rows 39 to 47 of the seed).

    Every method is one transaction: rows, events and totals together, fenced by the lease token. Unknown
    steps, a second end and a lost lease raise executions.errors and change nothing. `batch()` puts many
    changes into one transaction.
    """

    def __init__(self, execution_id: int, lease_token: UUID | None) -> None:
        self.execution_id = execution_id
        self.lease_token = lease_token

    @contextmanager
    def batch(self) -> Iterator[Change]:
        """Changes that are written together, or not at all if the block raises."""
        with writing():
            state = load_state(self.execution_id)
            state.require_writer(self.lease_token)
            change = Change(state)
            yield change
            change.save(self.lease_token)

    def add_step(self, name: str, step_type: str = "command", **more: Any) -> int:
        with self.batch() as change:
            return change.add_step(name, step_type, **more)

    def start_step(self, number: int, **more: Any) -> None:
        with self.batch() as change:
            change.start_step(number, **more)

    def complete_step(self, number: int, **more: Any) -> None:
        with self.batch() as change:
            change.complete_step(number, **more)

    def skip_step(self, number: int, reason: str, **more: Any) -> None:
        with self.batch() as change:
            change.skip_step(number, reason, **more)

    def add_log(self, message: str, level: Any = "info", **more: Any) -> None:
        with self.batch() as change:
            change.add_log(message, level, **more)

    def complete(self, **more: Any) -> None:
        with self.batch() as change:
            change.complete(**more)

    def fail(self, error: str, exit_code: int = 1, **more: Any) -> None:
        with self.batch() as change:
            change.fail(error, exit_code, **more)

    def cancel(self, *, by: str = "") -> None:
        with self.batch() as change:
            change.cancel(by=by)


@contextmanager
def changing_totals(execution_id: int) -> Iterator[Change]:
    """A change that needs no lease and no running state: for money, which was spent whoever holds the lease.

    Only Change.add_cost may be called on it.
    """
    with writing():
        state = load_state(execution_id)
        change = Change(state)
        yield change
        change.save(state.lease_token)
