import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from costs.management.days import day_of, days_of
from costs.price_book import current_prices
from costs.repricing import Difference, Repricing, count_records, reprice
from costs.summaries import update_due_summaries
from system.audit import record
from system.money import text_of
from system.printing import print_table
from system.terminal_text import clean
from system.writing import one_writer

SHOWN = 20
UNPRICED = "unpriced"


class Command(BaseCommand):
    help = (
        "Price what was recorded anew, from its stored usage, at the rates of its own time. Shows the "
        "difference and writes nothing, unless --apply is given. May be stopped and begun again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=day_of, required=True, help="first day")
        parser.add_argument("--to", dest="last", type=day_of, required=True, help="last day, included")
        parser.add_argument("--apply", action="store_true", help="write it: records, sums and totals")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = days_of(options, options["first"], options["last"])
        if options["apply"]:
            with one_writer():
                record("costs.reprice", f"{first} to {last}")
        result = self._reprice(first, last, apply=options["apply"])
        print_table(self.stdout, table_of(result))
        for pk, why in list(result.unreadable.items())[:SHOWN]:
            self.stderr.write(f"Record {pk} was left as it is: {why}")
        if len(result.unreadable) > SHOWN:
            self.stderr.write(f"… and {len(result.unreadable) - SHOWN} more that cannot be read.")
        if options["apply"]:
            update_due_summaries(timezone.now())
            self.stdout.write(f"{result.changed} of {result.records} records were corrected.")
        else:
            self.stdout.write(
                f"{result.changed} of {result.records} records would be corrected; nothing was written"
                " (--apply does)."
            )

    def _reprice(self, first: date, last: date, *, apply: bool) -> Repricing:
        prices = current_prices()
        console = Console(file=sys.stderr, quiet=not sys.stderr.isatty())
        with Progress(console=console) as progress:
            task = progress.add_task("Pricing anew", total=count_records(first, last))
            result = Repricing()
            for result in reprice(first, last, prices, apply=apply):
                progress.update(task, completed=result.records)
        return result


def table_of(result: Repricing) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("model")
    for heading in ("records", "was", "would be", "difference", "newly priced", "no longer priced"):
        table.add_column(heading, justify="right")
    for model, difference in sorted(result.models.items()):
        table.add_row(escape(clean(model)), *cells_of(difference))
    return table


def cells_of(difference: Difference) -> list[str]:
    return [
        f"{difference.records:,}",
        text_of(difference.was) if difference.priced_before else UNPRICED,
        text_of(difference.would_be) if difference.priced_after else UNPRICED,
        text_of(difference.would_be - difference.was),
        f"{difference.newly_priced:,}",
        f"{difference.unpriced_now:,}",
    ]
