from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from system.audit_verification import Head, verify_audit

SHOWN = 100


def head_of(text: str) -> Head:
    number, colon, digest = text.partition(":")
    if not (colon and number.isascii() and number.isdigit() and digest):
        raise ArgumentTypeError("a head is NUMBER:DIGEST, as this command prints it")
    return Head(int(number), digest)


class Command(BaseCommand):
    help = (
        "Read the audit's chain and name each entry that was edited, removed, put in or exchanged; exit code"
        " 1 if there is one. Whoever can write to the database could also make the whole chain anew: note the"
        " head that is printed somewhere else, and give it later as --head."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--head", type=head_of, help="NUMBER:DIGEST that was printed earlier")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify_audit(options["head"])
        for problem in verdict.problems[:SHOWN]:
            self.stderr.write(problem)
        if len(verdict.problems) > SHOWN:
            self.stderr.write(f"… and {len(verdict.problems) - SHOWN} more.")
        if not verdict.holds:
            raise CommandError(f"The audit does not hold: {len(verdict.problems)} problems.")
        self.stdout.write(f"The audit holds: {verdict.entries} entries. Head: {verdict.head}")
