from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from system.backups.rows import note_verified
from system.backups.running import FAILURES, in_words
from system.backups.showing import ShownProgress
from system.backups.store import Stored, backup_directory, find_stored, stored_in
from system.backups.verifying import verify_stored
from system.models import Backup


class Command(BaseCommand):
    help = "Read a backup to its end, and check all that is in it. Exit code 1 when one is not right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("backup", nargs="?", help="a file, or the name of one in BACKUP_DIR")
        which.add_argument("--all", action="store_true", help="all in BACKUP_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chosen = stored_in(backup_directory()) if options["all"] else [find_stored(options["backup"])]
        except FAILURES as error:
            raise CommandError(in_words(error)) from error
        wrong = [stored.name for stored in chosen if not self._is_right(stored)]
        if wrong:
            raise CommandError(f"{len(wrong)} of {len(chosen)} are not right: {', '.join(wrong)}.")
        if not chosen:
            self.stdout.write("There are no backups.")

    def _is_right(self, stored: Stored) -> bool:
        words = ""
        try:
            with ShownProgress(self.stdout) as progress:
                verify_stored(stored, progress)
        except FAILURES as error:
            words = in_words(error)
        for backup in Backup.objects.filter(name=stored.name, path=str(stored.file)):
            note_verified(backup, words)
        self.stdout.write(f"{stored.name}: {words or 'right'}")
        return not words
