import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.contrib.auth.models import User

from system.audit import record
from system.sessions import end_sessions_of
from system.writing import one_writer


class Command(changepassword.Command):
    """Django's, on record as in the console; and whoever is signed in with the old password is signed out."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        said = super().handle(*args, **options)
        # Behind it, and not around it: it asks for the password in between, and nobody could write meanwhile.
        with one_writer():
            user = User.objects.get(username=options["username"] or getpass.getuser())
            ended = end_sessions_of(user)
            record("user.password", user.get_username(), {"sessions_ended": ended})
        return said
