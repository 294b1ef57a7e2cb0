from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.markup import escape
from rich.table import Table

from executions.models import Execution, Status
from system.printing import print_table
from system.terminal_text import clean

STYLES = {
    Status.PENDING: "dim",
    Status.RUNNING: "cyan",
    Status.COMPLETED: "green",
    Status.FAILED: "red",
    Status.CANCELLED: "yellow",
}


class Command(BaseCommand):
    help = "List executions, newest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--agent", help="of this agent only")
        parser.add_argument("--status", choices=Status.values)
        parser.add_argument("--limit", type=int, default=20, help="how many (20)")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Execution.objects.newest_first().defer("raw_output", "execution_context")
        if options["agent"]:
            rows = rows.of_agent(options["agent"])
        if options["status"]:
            rows = rows.filter(status=options["status"])
        table = Table(box=None, pad_edge=False, expand=True)
        for heading in ("execution", "agent", "status", "started", "took", "cost"):
            table.add_column(heading, no_wrap=True, min_width=len(heading))
        table.add_column("what came of it", no_wrap=True, overflow="ellipsis", ratio=1)
        for row in rows[: max(1, options["limit"])]:
            table.add_row(*cells_of(row))
        print_table(self.stdout, table)


def cells_of(row: Execution) -> list[str]:
    style = STYLES[Status(row.status)]
    return [
        str(row.uid),
        row.agent_type,
        f"[{style}]{row.status}[/]",
        timezone.localtime(row.started_at).strftime("%Y-%m-%d %H:%M:%S"),
        f"{row.elapsed_ms() / 1000:.1f} s",
        "" if row.cost_usd is None else f"${row.cost_usd:.4f}",
        escape(clean(row.headline)),
    ]
