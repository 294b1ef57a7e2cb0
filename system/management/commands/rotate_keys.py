from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from system.audit import record
from system.key_file import KeyFile
from system.key_rotation import count_under_older_keys, reseal_secrets
from system.models import Node
from system.writing import one_writer

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Put all secrets in the database under a new encryption key; the old ones stay until --drop-old."
        " May be stopped and begun again at any time, and runs beside everything else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--drop-old", action="store_true", help="afterwards: forget every key but the newest"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        keys: Sequence[str] = settings.ENCRYPTION_KEYS
        if options["drop_old"]:
            self._drop_old(keys)
        elif count_under_older_keys(keys):
            self.stdout.write("Some secrets are under an older key: going on from there, with no new key.")
            self._reseal(keys)
        elif isinstance(keys, KeyFile):
            _require_alone()
            keys.replace([_new_key(), *keys])
            self.stdout.write(f"A new key stands first in {keys.path}.")
            self._reseal(keys)
        else:
            self._say_what_to_set([_new_key(), *keys])

    def _say_what_to_set(self, keys: list[str]) -> None:
        self.stdout.write(
            "The keys come from the environment. Set this on every host, restart everything there, and type"
            f" rotate_keys again:\nCLAUDEOPS_ENCRYPTION_KEYS={','.join(keys)}"
        )

    def _reseal(self, keys: Sequence[str]) -> None:
        result = reseal_secrets(keys)
        with one_writer():
            record("keys.rotate", "", {"secrets": result.secrets, "changed": result.changed})
        for row in result.unreadable[:SHOWN]:
            self.stderr.write(f"No key opens {row}: enter it again.")
        if result.unreadable:
            raise CommandError(f"{len(result.unreadable)} secrets stay as they were.")
        self.stdout.write(
            f"{result.changed} of {result.secrets} secrets were put under the newest key. The old keys still"
            " open what is left of them, backups too; rotate_keys --drop-old forgets them."
        )

    def _drop_old(self, keys: Sequence[str]) -> None:
        newest, *old = keys
        if not old:
            self.stdout.write("There is one key only: nothing to drop.")
            return
        if older := count_under_older_keys(keys):
            raise CommandError(f"{older} secrets are under an older key: type rotate_keys first.")
        with one_writer():
            record("keys.drop", "", {"dropped": len(old)})
        if isinstance(keys, KeyFile):
            keys.replace([newest])
            # What was being written while the file changed: the keys that open it are still known here.
            reseal_secrets([newest, *old])
            self.stdout.write(f"{len(old)} old keys are gone from {keys.path}.")
        else:
            self.stdout.write(f"Set this on every host:\nCLAUDEOPS_ENCRYPTION_KEYS={newest}")
        self.stdout.write(
            "The secrets in backups that were made before the rotation cannot be opened without."
        )


def _new_key() -> str:
    return Fernet.generate_key().decode()


def _require_alone() -> None:
    """Every node reads a file of its own: what is sealed with a key that they lack, they cannot open."""
    since = timezone.now() - timedelta(seconds=settings.LEASE_SECONDS)
    heard = Q(worker_seen_at__gt=since) | Q(clock_seen_at__gt=since)
    others = Node.objects.filter(heard).exclude(name=settings.NODE_NAME).values_list("name", flat=True)
    if others:
        raise CommandError(
            f"Other nodes are at work: {', '.join(others)}. Stop ClaudeOps there, type rotate_keys here, copy"
            " encryption_key to their data directories, and start them again."
        )
