from django.db import models
from django.utils import timezone


class Severity(models.TextChoices):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Alert(models.Model):
    """Something a person should know, said once: `key` is what it is about, in the state it is in.

    Rows are made by system.alerts.raise_alert alone; whatever delivers them reads from here.
    """

    kind = models.SlugField(max_length=50, db_index=False)
    key = models.CharField(max_length=200, unique=True)
    severity = models.CharField(max_length=10, choices=Severity)
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "id"], name="alert_kind")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(severity__in=Severity.values), name="alert_severity_known"
            )
        ]

    def __str__(self) -> str:
        return self.title
