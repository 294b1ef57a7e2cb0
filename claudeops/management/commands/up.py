from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claudeops.processes.data_lock import AlreadyRunning
from claudeops.processes.listening import CannotListen
from claudeops.processes.up import run_up


class Command(BaseCommand):
    help = "Run all of ClaudeOps on this machine (web, worker and clock) under one parent, until Ctrl-C."
    requires_system_checks = ["claudeops"]

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = run_up(self._say)
        except (AlreadyRunning, CannotListen) as error:
            raise CommandError(str(error)) from error
        raise SystemExit(code)

    def _say(self, line: str) -> None:
        with suppress(BrokenPipeError):  # nobody reads any more, as in `make run | head`; the work goes on
            self.stdout.write(line)
            self.stdout.flush()
