from pathlib import Path

from django.db import models
from django.utils import timezone


class BackupState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


ENDED = (BackupState.COMPLETED, BackupState.FAILED)


class BackupQuerySet(models.QuerySet["Backup"]):
    def queued(self) -> "BackupQuerySet":
        return self.filter(state=BackupState.QUEUED)

    def good(self) -> "BackupQuerySet":
        """Complete when it was made, and nothing has been found wrong with it since; the newest first."""
        return self.filter(state=BackupState.COMPLETED).order_by("-started_at", "-id")


class Backup(models.Model):
    """A backup as people see it. The truth is the file and the manifest beside it (system.backups.manifest).

    A restored database knows nothing of the backups that were made after it: system.backups.rows finds their
    manifests, and notes them. Rows change through that module alone.
    """

    class Trigger(models.TextChoices):
        DAILY = "daily"
        MANUAL = "manual"

    name = models.CharField(max_length=60, unique=True)
    state = models.CharField(
        max_length=10, choices=BackupState, default=BackupState.RUNNING, db_default=BackupState.RUNNING.value
    )
    trigger = models.CharField(
        max_length=10, choices=Trigger, default=Trigger.DAILY, db_default=Trigger.DAILY.value
    )
    asked_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    node_id = models.CharField(max_length=100, help_text="the host whose disk holds it")
    path = models.TextField(blank=True, default="", db_default="")
    engine = models.CharField(max_length=20, blank=True, default="", db_default="")
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    manifest = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="", db_default="")
    verified_at = models.DateTimeField(
        null=True, blank=True, help_text="when the whole file was last read and found right"
    )
    verify_asked_at = models.DateTimeField(null=True, blank=True)
    drilled_at = models.DateTimeField(
        null=True, blank=True, help_text="when it was last restored, as a drill"
    )
    drill_passed = models.BooleanField(null=True, blank=True)
    drill_detail = models.TextField(blank=True, default="", db_default="")
    copied_to = models.TextField(blank=True, default="", db_default="")
    copied_at = models.DateTimeField(null=True, blank=True)
    copy_error = models.TextField(blank=True, default="", db_default="")

    objects = BackupQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [models.Index(fields=["state", "-started_at"], name="backup_state_started")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=BackupState.values), name="backup_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(trigger__in=["daily", "manual"]), name="backup_trigger_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[*ENDED], ended_at__isnull=False)
                | models.Q(~models.Q(state__in=[*ENDED]), ended_at__isnull=True),
                name="backup_ended_has_ended_at",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=BackupState.COMPLETED.value)
                | models.Q(~models.Q(sha256=""), size_bytes__isnull=False),
                name="backup_completed_has_sum",
            ),
            models.CheckConstraint(
                condition=models.Q(drilled_at__isnull=True, drill_passed__isnull=True)
                | models.Q(drilled_at__isnull=False, drill_passed__isnull=False),
                name="backup_drill_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def file(self) -> Path:
        return Path(self.path)

    @property
    def is_here(self) -> bool:
        """Whether this host can read it; of several hosts each keeps its own."""
        return bool(self.path) and self.file.is_file()

    def age_seconds(self) -> float:
        return max(0.0, (timezone.now() - self.started_at).total_seconds())
