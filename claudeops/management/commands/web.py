import gc
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claudeops.first_start import require_tables
from claudeops.processes.data_lock import use_data_directory
from claudeops.processes.listening import CannotListen, listen_on
from claudeops.processes.web import serve


class Command(BaseCommand):
    help = "Serve the console, the API and the sockets on HOST and PORT, until SIGTERM."
    requires_system_checks = ["claudeops"]

    def handle(self, *args: Any, **options: Any) -> None:
        use_data_directory(settings.DATA_DIR)
        require_tables()
        try:
            listener = listen_on(settings.HOST, settings.PORT)
        except CannotListen as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Listening on {settings.HOST}, port {settings.PORT}")
        self.stdout.flush()
        gc.freeze()
        serve(listener)
