from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.table import Table

from costs.management.days import day_of
from costs.models import DailyReconciliation
from costs.reconciliation import describe, reconcile_days
from system.errors import DomainError
from system.printing import print_table
from system.readable import read_usd


class Command(BaseCommand):
    help = "Compare the ledger with Anthropic's cost report, by days in UTC. Needs ANTHROPIC_ADMIN_KEY."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", type=day_of, metavar="DAY", help="the first day (six before the last)")
        parser.add_argument("--to", type=day_of, metavar="DAY", help="the last day (yesterday)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = reconcile_days(options["from"], options["to"])
        except DomainError as error:
            raise CommandError(error.detail) from error
        table = Table("day (UTC)", "recorded", "reported", "difference", "", box=None, pad_edge=False)
        for row in rows:
            table.add_row(*cells_of(row))
        print_table(self.stdout, table)
        self.stdout.write(describe(rows))


def cells_of(row: DailyReconciliation) -> list[str]:
    return [
        str(row.day),
        read_usd(row.recorded_usd),
        read_usd(row.reported_usd),
        read_usd(row.difference_usd),
        "[red]differs[/]" if row.differs else "[green]agrees[/]",
    ]
