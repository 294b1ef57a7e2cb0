"""Commands with verbs, as in `manage.py schedule pause 3`."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from system.errors import DomainError

Run = Callable[[dict[str, Any]], None]


class Verbs:
    """Those of one command.

    `one` is the argument of those that are about one thing, with what add_argument takes.
    """

    def __init__(self, parser: CommandParser, one: str = "", **options: Any) -> None:
        self._parsers = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        self._one, self._options = one, options

    def add(self, name: str, what: str, run: Run) -> ArgumentParser:
        made: ArgumentParser = self._parsers.add_parser(name, help=what, description=what)
        made.set_defaults(run=run)
        return made

    def add_of_one(self, name: str, what: str, run: Run) -> ArgumentParser:
        made = self.add(name, what, run)
        made.add_argument(self._one, **self._options)
        return made


class VerbCommand(BaseCommand):
    """Runs the verb that was typed. Exit code 1 with what is wrong where it is refused."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            options["run"](options)
        except DomainError as error:
            raise CommandError(error.detail) from error
