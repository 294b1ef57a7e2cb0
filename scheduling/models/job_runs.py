from datetime import datetime

from django.db import models
from django.utils import timezone


class JobState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


ENDED = (JobState.COMPLETED, JobState.FAILED, JobState.SKIPPED)


class JobRun(models.Model):
    """One run of a job of the house (scheduling.jobs), and the only truth about it.

    A message in the queue only says "look at run X": what is no longer queued is not run. `state` changes in
    scheduling.job_runs alone, by an UPDATE that names the state it leaves.
    """

    name = models.CharField(max_length=50)
    due_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=JobState, default=JobState.QUEUED, db_default=JobState.QUEUED.value
    )
    asked_by = models.CharField(
        max_length=150, blank=True, default="", db_default="", help_text="empty: it was due"
    )
    owner = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text="the process that runs it"
    )
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True, default="", db_default="")
    error = models.TextField(blank=True, default="", db_default="")

    class Meta:
        verbose_name = "job"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["queued_at"], name="job_queued", condition=models.Q(state=JobState.QUEUED.value)
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["name", "due_at"], name="job_due_once"),
            models.UniqueConstraint(
                fields=["name"], name="job_running_once", condition=models.Q(state=JobState.RUNNING.value)
            ),
            models.CheckConstraint(condition=models.Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=[*ENDED], ended_at__isnull=False)
                | models.Q(~models.Q(state__in=[*ENDED]), ended_at__isnull=True),
                name="job_ended_has_ended_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {timezone.localtime(self.due_at):%Y-%m-%d %H:%M}"

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def at(self) -> datetime:
        """When it was last heard of: its end, else its beginning, else when it was queued."""
        return self.ended_at or self.started_at or self.queued_at

    def elapsed_ms(self) -> int | None:
        """What it took, or has taken so far; None before it began."""
        if self.started_at is None:
            return None
        return max(0, round(((self.ended_at or timezone.now()) - self.started_at).total_seconds() * 1000))
