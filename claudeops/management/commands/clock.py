import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from claudeops.first_start import require_tables
from claudeops.processes.data_lock import use_data_directory
from scheduling.clock import node_lanes, run_clock


class Command(BaseCommand):
    help = "Do what is due on this node (reconciler, metrics, checkpoints, purges), until SIGTERM."
    requires_system_checks = ["claudeops"]

    def handle(self, *args: Any, **options: Any) -> None:
        use_data_directory(settings.DATA_DIR)
        require_tables()
        self.stdout.write(f"Clock of node {settings.NODE_NAME}")
        self.stdout.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # as SIGTERM: at once, even while the database waits
        run_clock(node_lanes(settings.NODE_NAME))
