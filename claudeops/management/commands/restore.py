from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from claudeops.processes.data_lock import emptied_data_directory
from executions.models import Execution
from system.audit import record
from system.backups.locking import one_at_a_time
from system.backups.restoring import Restored, live_database, restore_backup
from system.backups.rows import sync_rows
from system.backups.running import FAILURES, in_words
from system.backups.showing import ShownProgress
from system.backups.store import Stored, find_stored, stored_in
from system.errors import DomainError


class Command(BaseCommand):
    help = "Put a backup into the database's place. Stop ClaudeOps first; what is replaced is kept."

    # A database that is broken is what this is for.
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", help="a file, or the name of one in BACKUP_DIR")
        parser.add_argument(
            "--yes-replace", metavar="NAME", help="in production: the name of the database that is replaced"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._require_consent(options["yes_replace"])
        try:
            stored = find_stored(options["backup"])
            with emptied_data_directory(settings.DATA_DIR), one_at_a_time():
                with ShownProgress(self.stdout) as progress:
                    restored = restore_backup(stored, progress)
                self._settle(stored)
                self._tell(stored, restored)
                connection.close()  # the last one takes the log away
        except (*FAILURES, DomainError) as error:
            raise CommandError(in_words(error)) from error

    def _require_consent(self, given: str | None) -> None:
        name = live_database()
        if given is not None and given != name:
            raise CommandError(f"The database here is {name}, not {given}: nothing was changed.")
        if given is None and settings.ENVIRONMENT == "production":
            raise CommandError(f"This replaces the production database. To do so, add --yes-replace {name}")

    def _settle(self, stored: Stored) -> None:
        """The restored database knows nothing of what came after it: the backups that lie here, and this."""
        sync_rows(stored_in(settings.BACKUP_DIR), timezone.now())
        with transaction.atomic():
            record("database.restore", stored.name, {"of": stored.manifest.created_at.isoformat()})

    def _tell(self, stored: Stored, restored: Restored) -> None:
        created = timezone.localtime(stored.manifest.created_at)
        self.stdout.write(f"{restored.database} is what it was on {created:%Y-%m-%d %H:%M:%S %Z}.")
        if restored.migrated:
            self.stdout.write(f"{restored.migrated} migrations were applied to it.")
        if restored.replaced:
            self.stdout.write(f"What was there before is kept: {restored.replaced}")
        pending, running = Execution.objects.pending().count(), Execution.objects.running().count()
        if pending or running:
            self.stdout.write(
                f"When ClaudeOps starts, {pending} executions that waited then will run, and {running} that"
                " ran then are settled, as after a crash."
            )
        if stored.manifest.lacks_a_key:
            self.stderr.write(
                "Its secrets were sealed with an encryption key that is not known here: put it back"
                " (CLAUDEOPS_ENCRYPTION_KEYS, or encryption_key in the data directory), or enter them again."
            )
