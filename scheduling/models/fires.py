from django.db import models
from django.utils import timezone

from executions.models import Execution
from scheduling.models.schedules import Schedule


class FireState(models.TextChoices):
    LAUNCHED = "launched"
    SKIPPED = "skipped"
    MISSED = "missed"
    REFUSED = "refused"


class Fire(models.Model):
    """What became of one due time of a schedule, on one of its nodes: written once, by scheduling.firing.

    `node_id` is empty where the schedule names no node. `execution` is the run that was launched, or the
    earlier one for which this was skipped. After a long outage one row stands for all that came
    before the last hundred: `covers` is how many, `due_at` the last of them. `lateness_ms` counts from the
    due time with its jitter.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="fires", db_index=False)
    due_at = models.DateTimeField()
    node_id = models.CharField(max_length=100, blank=True, default="", db_default="")
    state = models.CharField(max_length=10, choices=FireState)
    reason = models.TextField(blank=True, default="", db_default="")
    execution = models.ForeignKey(
        Execution, null=True, blank=True, on_delete=models.SET_NULL, related_name="fires"
    )
    covers = models.PositiveIntegerField(default=1, db_default=1)
    fired_at = models.DateTimeField(default=timezone.now)
    lateness_ms = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            # The calendar counts what was launched in the index of all, and takes out of it these few.
            models.Index(
                fields=["schedule", "due_at"],
                name="fire_not_launched",
                condition=~models.Q(state=FireState.LAUNCHED.value),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "due_at", "node_id"], name="fire_due_once"),
            models.CheckConstraint(condition=models.Q(state__in=FireState.values), name="fire_state_known"),
            models.CheckConstraint(
                condition=models.Q(covers=1) | models.Q(covers__gt=1, state=FireState.MISSED.value),
                name="fire_covers_missed_only",
            ),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.due_at):%Y-%m-%d %H:%M} {self.state}"
