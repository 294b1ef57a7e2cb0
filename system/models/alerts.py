from django.db import models
from django.utils import timezone


class Severity(models.TextChoices):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


# Of the alerts with a subject, those that nobody has resolved.
OPEN_ALERT = models.Q(resolved_at__isnull=True) & ~models.Q(subject="")


class Alert(models.Model):
    """Something a person should know, said once: `key` is what it is about, in the state it is in.

    What has a `subject` goes on until it is resolved: of each subject one alert at most is open. Rows are
    written by system.alerts alone; whatever delivers them reads from here.
    """

    kind = models.SlugField(max_length=50, db_index=False)
    key = models.CharField(max_length=200, unique=True)
    severity = models.CharField(max_length=10, choices=Severity)
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict, blank=True)
    agent_type = models.CharField(max_length=100, blank=True, default="", db_default="")
    node_id = models.CharField(max_length=100, blank=True, default="", db_default="")
    subject = models.CharField(max_length=200, blank=True, default="", db_default="")
    resolved_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    # Whether the outbox has it. Ids commit out of order on PostgreSQL: a number could not say how far it is.
    is_routed = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "id"], name="alert_kind"),
            models.Index(fields=["id"], name="alert_unrouted", condition=models.Q(is_routed=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(severity__in=Severity.values), name="alert_severity_known"
            ),
            models.UniqueConstraint(
                fields=["subject"],
                name="alert_open_once",
                condition=OPEN_ALERT,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """It told of a state that goes on, and nobody has said that it ended."""
        return bool(self.subject) and self.resolved_at is None
