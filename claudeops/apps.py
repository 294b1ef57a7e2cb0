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
