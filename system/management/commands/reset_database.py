import sqlite3
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from system.audit import record
from system.writing import one_writer


class Command(BaseCommand):
    help = "Delete everything in the database and create it anew. Refused in production."

    # A database that is broken or half migrated is a reason to reset it, not one to refuse.
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ENVIRONMENT == "production":
            raise CommandError(
                "reset_database is refused in production (CLAUDEOPS_ENV=production): it deletes everything."
            )
        name = str(connection.settings_dict["NAME"])
        if not options["yes"] and not self._confirm(name):
            raise CommandError("Nothing was changed.")
        if connection.vendor == "sqlite":
            _remove_files(Path(name))
        else:
            _recreate_schema()
        call_command("migrate", interactive=False, verbosity=0)
        with one_writer():
            record("database.reset", name)
        self.stdout.write(f"{name} is new and empty.")

    def _confirm(self, name: str) -> bool:
        self.stdout.write(f"This deletes every execution, cost, agent and user in {name}.")
        try:
            return input("Type yes to go on: ").strip() == "yes"
        except EOFError:
            return False


def _remove_files(path: Path) -> None:
    connection.close()
    if path.exists():
        _require_unused(path)
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _require_unused(path: Path) -> None:
    """Leaving WAL mode needs the file for oneself. Deleting it under a process would damage the new one."""
    try:
        with closing(sqlite3.connect(path, timeout=1)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):  # anything else is a broken file, which may go
            raise CommandError(f"Another process has {path} open: stop ClaudeOps first.") from error


def _recreate_schema() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = connection.ops.quote_name(cursor.fetchone()[0])
        cursor.execute(f"DROP SCHEMA {schema} CASCADE")
        cursor.execute(f"CREATE SCHEMA {schema}")
