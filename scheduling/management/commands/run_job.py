import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.markup import escape
from rich.table import Table

from scheduling.job_overview import list_jobs
from scheduling.job_runs import run_job_here
from scheduling.models import JobRun, JobState
from system.errors import DomainError
from system.printing import print_table


class Command(BaseCommand):
    help = "Run a job of the house now, in this process. Without a name: list the jobs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="for example verify-cost-sums")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["name"]:
            self._run(options["name"])
        else:
            self._list()

    def _run(self, name: str) -> None:
        try:
            run = run_job_here(name, by="command line", owner=f"{settings.NODE_NAME}-shell/{os.getpid()}")
        except DomainError as error:
            raise CommandError(error.detail) from error
        if run.state != JobState.COMPLETED:
            raise CommandError(f"The job {name} failed: {run.error}")
        self.stdout.write(run.result)

    def _list(self) -> None:
        table = Table(box=None, pad_edge=False)
        for heading in ("job", "when", "last run", "what it does"):
            table.add_column(heading)
        for state in list_jobs(timezone.now()):
            job = state.job
            table.add_row(job.name, str(job.when), escape(_shown(state.last_run)), escape(job.what))
        print_table(self.stdout, table)


def _shown(run: JobRun | None) -> str:
    return "never" if run is None else f"{timezone.localtime(run.at):%Y-%m-%d %H:%M} {run.state}"
