from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from claudeops.first_start import require_tables
from claudeops.processes.data_lock import use_data_directory
from claudeops.processes.keeper import Keeper


class Command(BaseCommand):
    help = "Run the agents of this node (CLAUDEOPS_NODE, CLAUDEOPS_WORKERS), until SIGTERM."
    requires_system_checks = ["claudeops"]

    def handle(self, *args: Any, **options: Any) -> None:
        use_data_directory(settings.DATA_DIR)
        require_tables()
        self.stdout.write(f"Node {settings.NODE_NAME}, {settings.WORKERS} workers")
        self.stdout.flush()
        Keeper(settings.NODE_NAME).run()
