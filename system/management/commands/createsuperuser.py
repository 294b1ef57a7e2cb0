from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.contrib.auth.models import User
from django.db.models import Max

from system.audit import record_created
from system.writing import one_writer


class Command(createsuperuser.Command):
    """Django's, on record: whoever can type here can let anybody in."""

    def handle(self, *args: Any, **options: Any) -> None:
        last = User.objects.aggregate(last=Max("pk"))["last"] or 0
        super().handle(*args, **options)
        # Behind it, and not around it: it asks its questions in between, and nobody could write meanwhile.
        with one_writer():
            for user in User.objects.filter(pk__gt=last, is_superuser=True).order_by("pk"):
                record_created(user, "user", user.get_username())
