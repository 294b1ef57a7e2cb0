from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from agents.models import AgentConfiguration
from system.models import Timestamped

LONGEST_JITTER_SECONDS = 3600
MOST_CAUGHT_UP = 100


class MissedPolicy(models.TextChoices):
    """What becomes of due times that passed while no clock ran."""

    SKIP = "skip", "Skip them"
    RUN_ONCE = "run_once", "Run once for all of them"
    CATCH_UP = "catch_up", "Catch up on the last ones"


class OverlapPolicy(models.TextChoices):
    """What becomes of a due time while the run of an earlier one goes on."""

    SKIP = "skip", "Skip it"
    QUEUE = "queue", "Let it wait its turn"
    ALLOW = "allow", "Run both"


class Schedule(Timestamped):
    """When an agent runs by itself: five cron fields in a time zone.

    `next_due` is the first due time that nobody has dealt with yet, and `next_run` the moment at which it is
    launched: the same with its jitter added. Both are null while nothing is due any more. They move only
    together with the row that tells what became of a due time (scheduling.firing), or when the schedule is
    edited (scheduling.editing).
    """

    name = models.CharField(max_length=200)
    agent = models.ForeignKey(
        AgentConfiguration,
        to_field="agent_type",
        db_column="agent_type",
        on_delete=models.CASCADE,
        related_name="schedules",
    )
    cron_expression = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="UTC", db_default="UTC")
    enabled = models.BooleanField(default=True, db_default=True)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    paused_by = models.CharField(max_length=150, blank=True, default="", db_default="", editable=False)
    pause_reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    starts_at = models.DateTimeField(null=True, blank=True, help_text="empty: at once")
    ends_at = models.DateTimeField(
        null=True, blank=True, help_text="empty: never; nothing is due from then on"
    )
    jitter_seconds = models.PositiveIntegerField(
        default=0,
        db_default=0,
        validators=[MaxValueValidator(LONGEST_JITTER_SECONDS)],
        help_text="each due time is launched up to so many seconds later",
    )
    missed_policy = models.CharField(
        max_length=10,
        choices=MissedPolicy,
        default=MissedPolicy.RUN_ONCE,
        db_default=MissedPolicy.RUN_ONCE.value,
    )
    catch_up_limit = models.PositiveIntegerField(
        default=5,
        db_default=5,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_CAUGHT_UP)],
        help_text="how many of the last missed due times are caught up on",
    )
    overlap_policy = models.CharField(
        max_length=10, choices=OverlapPolicy, default=OverlapPolicy.SKIP, db_default=OverlapPolicy.SKIP.value
    )
    next_due = models.DateTimeField(null=True, blank=True, editable=False)
    next_run = models.DateTimeField(null=True, blank=True, editable=False)
    last_run = models.DateTimeField(null=True, blank=True, editable=False)
    node_ids = models.JSONField(
        default=list, blank=True, help_text="each due time runs once on each of them; empty: on one node"
    )
    execution_config = models.JSONField(
        default=dict,
        blank=True,
        help_text="the agent's analysis and thresholds, as its runs may override them",
    )
    max_executions = models.PositiveIntegerField(null=True, blank=True, help_text="empty: no end")
    executions_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(fields=["enabled"], name="schedule_enabled"),
            models.Index(fields=["next_run"], name="schedule_next_run"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(missed_policy__in=MissedPolicy.values), name="schedule_missed_known"
            ),
            models.CheckConstraint(
                condition=models.Q(overlap_policy__in=OverlapPolicy.values), name="schedule_overlap_known"
            ),
            models.CheckConstraint(
                condition=models.Q(next_due__isnull=True, next_run__isnull=True)
                | models.Q(
                    next_due__isnull=False, next_run__isnull=False, next_run__gte=models.F("next_due")
                ),
                name="schedule_run_not_before_due",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_at__isnull=True)
                | models.Q(ends_at__isnull=True)
                | models.Q(ends_at__gt=models.F("starts_at")),
                name="schedule_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name
