from django.db import models
from django.utils import timezone

from system.askers import Door

# What the first entry follows.
BEGINNING = "0" * 64


class AuditEntry(models.Model):
    """What somebody did, or tried to do. Written by system.audit alone, and never again.

    Entries are numbered without a gap by `id`; `digest` covers the whole entry and `previous`, the digest of
    the entry before (system.audit_chain). `changes` is JSON, kept as the text that the digest covers: a fact
    by its name, or {"before": …, "after": …} where a field was changed. No secret is ever in it.
    """

    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=150, blank=True, default="")
    door = models.CharField(max_length=10, choices=[(door.value, door.value.capitalize()) for door in Door])
    address = models.CharField(max_length=100, blank=True, default="")
    token = models.CharField("by token", max_length=12, blank=True, default="")
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=200, blank=True, default="")
    changes = models.TextField(blank=True, default="{}")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["action", "id"], name="audit_action"),
            models.Index(fields=["actor", "id"], name="audit_actor"),
            models.Index(fields=["target", "id"], name="audit_target"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(door__in=[door.value for door in Door]), name="audit_door_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.action} {self.target}".rstrip()
