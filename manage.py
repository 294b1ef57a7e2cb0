#!/usr/bin/env python
"""Django's command line for ClaudeOps."""

import os
import socket
import sys

from django.core.management import execute_from_command_line

from system.askers import asking, at_the_shell

# What these do, they do for whoever comes through their own doors, or as the house itself.
PROCESSES = ("up", "web", "worker", "clock", "runserver")


def run(arguments: list[str]) -> None:
    if arguments[1:2] and arguments[1] in PROCESSES:
        execute_from_command_line(arguments)
        return
    with asking(at_the_shell(socket.gethostname())):
        execute_from_command_line(arguments)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claudeops.settings")
    run(sys.argv)
