from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from costs.management.days import day_of, days_of
from costs.rollups import days_between, recorded_days, verify_day


class Command(BaseCommand):
    help = "Compare the daily cost sums with the records they come from. Exit code 1 where one differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=day_of, help="first day (that of the first record)")
        parser.add_argument("--to", dest="last", type=day_of, help="last day, included (the last known)")

    def handle(self, *args: Any, **options: Any) -> None:
        known = recorded_days()
        if known is None:
            self.stdout.write("Nothing has been recorded yet.")
            return
        first, last = days_of(options, *known)
        found = 0
        for day in days_between(first, last):
            for drift in verify_day(day):
                self.stdout.write(str(drift))
                found += 1
        if found:
            raise CommandError(f"{found} daily sums differ. To correct them: manage.py rebuild_rollups")
        self.stdout.write(f"The sums of {first} to {last} are right.")
