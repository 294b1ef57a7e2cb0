from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from executions.following import follow
from executions.services import CancelOutcome, cancel_execution, find_execution
from system.errors import DomainError


class Command(BaseCommand):
    help = "Cancel an execution, and wait until everything it had started is gone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("execution_id", help="its id, as `manage.py executions` shows it")
        parser.add_argument("--timeout", type=float, default=90, help="seconds to wait for its end (90)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            execution = find_execution(options["execution_id"])
            outcome = cancel_execution(execution.pk, by="command line")
        except DomainError as error:
            raise CommandError(error.detail) from error
        if outcome == CancelOutcome.REQUESTED:
            self._await_end(execution.pk, options["timeout"])
        execution.refresh_from_db()
        self.stdout.write(f"{execution.uid} is {execution.status}")

    def _await_end(self, execution_id: int, timeout_s: float) -> None:
        try:
            for _ in follow(execution_id, timeout_s=timeout_s):
                pass
        except TimeoutError as error:
            raise CommandError(f"It was asked to stop, but {error}.") from error
