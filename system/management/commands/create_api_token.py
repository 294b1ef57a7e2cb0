from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from system.models import ApiToken
from system.roles import Role
from system.tokens import create_token

LONGEST_NAME = ApiToken._meta.get_field("name").max_length or 0


class Command(BaseCommand):
    help = "Create a bearer token of the API. The last line of the output is the token alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="who or what will use it")
        parser.add_argument(
            "--role", required=True, choices=[role.value for role in Role],
            help="viewer reads; operator also runs, cancels and tracks; admin also configures",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"].strip()
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise CommandError(f"A name has 1 to {LONGEST_NAME} printable characters.")
        token, raw = create_token(name, Role(options["role"]))
        self.stdout.write(f"Token {token}, {token.role}. It is shown once; only its hash is kept:")
        self.stdout.write(raw)
