from django.conf import settings
from django.db import models

from system.models.timestamps import Timestamped
from system.roles import Role


class ApiToken(Timestamped):
    """A bearer token of the API. Only its SHA-256 and a visible prefix are kept.

    `role` is its scope: read, also run, also configure. `areas` are the parts of the API that it opens
    (system.tokens.AREAS), a space between them; empty is all of them.
    """

    name = models.CharField(max_length=100)
    role = models.CharField(max_length=10, choices=[(role.value, role.value.capitalize()) for role in Role])
    areas = models.CharField(max_length=200, blank=True, default="", db_default="")
    prefix = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL
    )
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="token_role_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
