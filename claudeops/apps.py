import gc

from django.apps import AppConfig
from django.contrib.admin import apps

from claudeops import checks

__all__ = ["ClaudeOpsConfig", "ConsoleConfig", "checks"]  # the checks register themselves


class ConsoleConfig(apps.AdminConfig):
    """The Django admin, with our site in the place of its default one."""

    default = False
    default_site = "claudeops.console.ConsoleSite"


class ClaudeOpsConfig(AppConfig):
    name = "claudeops"
    default = True

    def ready(self) -> None:
        """Whatever is imported by now stays: the collector, which looks for what can go, need not look there.

        Until here it would take a seventh of each start for nothing.
        """
        gc.freeze()
        gc.enable()
