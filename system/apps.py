from django.apps import AppConfig
from django.db.backends.signals import connection_created

from system.slow_queries import watch_connection


class SystemConfig(AppConfig):
    name = "system"

    def ready(self) -> None:
        connection_created.connect(watch_connection, dispatch_uid="system.slow_queries")
