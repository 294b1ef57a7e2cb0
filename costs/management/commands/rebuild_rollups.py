import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.progress import track

from costs.management.days import day_of, days_of
from costs.rollups import days_between, recorded_days, redate_day, repair_day
from costs.summaries import update_due_summaries
from system.audit import record
from system.writing import one_writer


class Command(BaseCommand):
    help = (
        "Make the daily cost sums anew from the records, and date the records by today's TIME_ZONE. "
        "May be stopped and begun again at any time, and runs beside everything else. Sums before the first "
        "record stay as they are unless --all is given; nothing is priced anew (that is reprice)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=day_of, help="first day (that of the first record)")
        parser.add_argument("--to", dest="last", type=day_of, help="last day, included (the last known)")
        parser.add_argument(
            "--all", action="store_true",
            help="also remove sums from before the first record: after TIME_ZONE was changed, and not where "
            "old records were deleted while their sums were to stay",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        known = recorded_days(rows_too=options["all"])
        if known is None:
            self.stdout.write("Nothing has been recorded yet.")
            return
        first, last = days_of(options, *known)
        days = list(days_between(first, last))
        with one_writer():
            record("costs.rebuild", f"{first} to {last}", {"all": options["all"]})
        corrected = redated = 0
        console = Console(file=sys.stderr, quiet=not sys.stderr.isatty())
        for day in track(days, "Adding up", console=console):
            redated += redate_day(day)
            corrected += len(repair_day(day))
        update_due_summaries(timezone.now())
        self.stdout.write(
            f"{first} to {last}: {corrected} daily sums corrected, {redated} records dated anew."
        )
