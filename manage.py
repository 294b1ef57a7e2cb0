#!/usr/bin/env python
"""Django's command line for ClaudeOps."""

import gc
import os
import socket
import sys

from django.core.management import execute_from_command_line

from system.askers import THE_HOUSE, Asker, asking, at_the_shell

# What these do, they do for whoever comes through their own doors, or as the house itself.
PROCESSES = ("up", "web", "worker", "clock", "runserver")


def asker_of(command: str) -> Asker:
    return THE_HOUSE if command in PROCESSES else at_the_shell(socket.gethostname())


def run(arguments: list[str]) -> None:
    with asking(asker_of(next(iter(arguments[1:]), ""))):
        execute_from_command_line(arguments)


if __name__ == "__main__":
    gc.disable()  # until all apps are ready (claudeops/apps.py)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claudeops.settings")
    run(sys.argv)
