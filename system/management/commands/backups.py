from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.markup import escape
from rich.table import Table

from system.backups.locking import one_at_a_time
from system.backups.running import judge_stored, prune_backups
from system.backups.store import backup_directory, stored_in
from system.errors import DomainError
from system.printing import print_table
from system.readable import read_bytes


class Command(BaseCommand):
    help = (
        "List the backups of this host, and which of them are kept and why. Changes nothing without --prune."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prune", action="store_true", help="remove those that are not kept")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._list()
            if options["prune"]:
                with one_at_a_time():
                    removed = prune_backups()
                self.stdout.write(f"Removed: {', '.join(removed) or 'none'}.")
        except DomainError as error:
            raise CommandError(error.detail) from error

    def _list(self) -> None:
        found = {stored.name: stored for stored in stored_in(backup_directory())}
        table = Table(box=None, pad_edge=False)
        for heading in ("backup", "size", "kept", "why"):
            table.add_column(heading)
        for verdict in judge_stored([*found.values()]):
            size = read_bytes(found[verdict.name].manifest.size)
            table.add_row(verdict.name, size, "yes" if verdict.is_kept else "no", escape(verdict.why))
        print_table(self.stdout, table)
