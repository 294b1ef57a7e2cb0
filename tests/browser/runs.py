"""A run that a test takes on step by step, from another process than the one that serves the pages."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from executions.models import ExecutionEvent
from executions.services import Tracker
from tests.live.site import Site


@dataclass
class Run:
    uid: UUID
    tracker: Tracker

    @classmethod
    def begin(cls, site: Site, agent_type: str = "disk-space") -> "Run":
        execution, tracker = site.running(agent_type)
        return cls(execution.uid, tracker)

    def step(self, name: str) -> int:
        """Add it and begin it."""
        with self.tracker.batch() as change:
            number = change.add_step(name)
            change.start_step(number)
        return number

    def end_step(self, number: int, output: str = "ok") -> None:
        self.tracker.complete_step(number, output=output)

    def log(self, *messages: str, level: Any = "info", step: int | None = None) -> None:
        with self.tracker.batch() as change:
            for message in messages:
                change.add_log(message, level, step_number=step)

    def cost(self, usd: str) -> None:
        with self.tracker.batch() as change:
            change.add_cost(Decimal(usd), 100, model="claude-haiku-5-5")

    def complete(self, summary: str = "all is well", report: dict[str, Any] | None = None) -> None:
        self.tracker.complete(result_summary=summary, ai_analysis=report)

    def log_many(self, count: int) -> None:
        """`count` lines past the tracker, as fast as the database takes them."""
        row = ExecutionEvent.objects.filter(execution__uid=self.uid).latest("seq")
        now = timezone.now()
        ExecutionEvent.objects.bulk_create(
            ExecutionEvent(
                execution_id=row.execution_id,
                seq=row.seq + number,
                event="execution:log",
                at=now,
                data=f'{{"level":"info","message":"line {number} of many","step_number":null}}',
            )
            for number in range(1, count + 1)
        )
        row.execution.event_count = row.seq + count
        row.execution.save(update_fields=["event_count"])
