from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from system.errors import Invalid
from system.roles import Role
from system.tokens import AREAS, checked_name, create_token

MOST_DAYS = 3650


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_DAYS):
        raise ArgumentTypeError(f"1 to {MOST_DAYS} days")
    return int(text)


class Command(BaseCommand):
    help = "Create a bearer token of the API. The last line of the output is the token alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="who or what will use it")
        parser.add_argument(
            "--role", required=True, choices=[role.value for role in Role],
            help="viewer reads; operator also runs, cancels and tracks; admin also configures",
        )  # fmt: skip
        parser.add_argument(
            "--area",
            action="append",
            default=[],
            choices=AREAS,
            help="what it opens (everything); may be repeated",
        )
        parser.add_argument("--days", type=_days, default=0, help="how long it is good for (for ever)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            name = checked_name(options["name"])
        except Invalid as error:
            raise CommandError(error.detail) from error
        days = options["days"]
        expires_at = timezone.now() + timedelta(days=days) if days else None
        token, raw = create_token(name, Role(options["role"]), areas=options["area"], expires_at=expires_at)
        until = f"until {expires_at:%Y-%m-%d}" if expires_at else "for ever"
        opens = f" of {token.areas.replace(' ', ', ')}" if token.areas else ""
        self.stdout.write(
            f"Token {token}, {token.role}{opens}, {until}. It is shown once; only its hash is kept:"
        )
        self.stdout.write(raw)
