from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class ConsoleSession(AbstractBaseSession):
    """A browser in which somebody is signed in to the console.

    `session_key` is a digest of the key, which the browser alone has: these rows open nothing
    (system/sessions.py, which alone writes them).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="console_sessions"
    )
    address = models.CharField(max_length=100, blank=True, default="")
    browser = models.CharField(max_length=200, blank=True, default="")
    signed_in_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "session"
        ordering = ["-signed_in_at"]

    def __str__(self) -> str:
        return f"{self.user} from {self.address or 'somewhere'}"

    @classmethod
    def get_session_store_class(cls) -> Any:
        raise NotImplementedError("system.sessions.SessionStore makes these; a row does not open itself")
