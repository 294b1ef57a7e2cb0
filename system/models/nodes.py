from django.db import models
from django.utils import timezone

from system.models.timestamps import Timestamped


class Node(Timestamped):
    """A host that runs agents. Its workers say here that they live; nobody else needs to be asked."""

    name = models.CharField(max_length=100, unique=True)
    hostname = models.CharField(max_length=255, blank=True, default="")
    version = models.CharField(max_length=50, blank=True, default="")
    workers = models.PositiveSmallIntegerField(default=0)
    worker_started_at = models.DateTimeField(null=True, blank=True)
    worker_seen_at = models.DateTimeField(null=True, blank=True)
    worker_stopped_at = models.DateTimeField(null=True, blank=True)
    clock_seen_at = models.DateTimeField(null=True, blank=True)
    restarts = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def seconds_silent(self) -> float | None:
        """Seconds since a worker of this node was last heard of; None when none ever was."""
        if self.worker_seen_at is None:
            return None
        return (timezone.now() - self.worker_seen_at).total_seconds()
