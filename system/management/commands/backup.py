from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from system.backups.locking import one_at_a_time
from system.backups.naming import name_of
from system.backups.progress import Progress
from system.backups.running import FAILURES, in_words, run_backup
from system.backups.showing import ShownProgress
from system.backups.store import Stored, open_stored
from system.backups.taking import take_backup
from system.errors import DomainError
from system.models import Backup
from system.readable import read_bytes


class Command(BaseCommand):
    help = "Take a backup of the database now; ClaudeOps may run meanwhile. The keys are not part of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--output",
            type=Path,
            metavar="DIR",
            help="put it there, and leave it alone afterwards (BACKUP_DIR)",
        )
        parser.add_argument("--no-compress", action="store_true", help="leave the file as large as it is")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with ShownProgress(self.stdout) as progress:
                stored = self._take(options["output"], not options["no_compress"], progress)
        except (*FAILURES, DomainError) as error:
            raise CommandError(in_words(error)) from error
        self.stdout.write(f"{stored.file} ({read_bytes(stored.manifest.size)}, checked)")
        self.stdout.write(stored.manifest.keep_apart)

    def _take(self, directory: Path | None, packed: bool, progress: Progress) -> Stored:
        if directory is None:
            backup = run_backup(
                trigger=Backup.Trigger.MANUAL, asked_by="command line", packed=packed, progress=progress
            )
            if backup.copy_error:
                self.stderr.write(f"It was not copied elsewhere: {backup.copy_error}")
            return open_stored(backup.file)
        now = timezone.now()
        with one_at_a_time():
            return take_backup(
                name_of(now), directory, trigger="manual", created_at=now, packed=packed, progress=progress
            )
