from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone

from executions.models import Execution
from system.models import Alert, Severity, Timestamped

GRAVITY = {severity: rank for rank, severity in enumerate(Severity.values)}
GRAVITY_OF_SEVERITY = models.Case(
    *(models.When(severity=severity, then=rank) for severity, rank in GRAVITY.items()),
    output_field=models.SmallIntegerField(),
)


class FindingState(models.TextChoices):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


ACTIVE_FINDINGS = (FindingState.OPEN, FindingState.ACKNOWLEDGED, FindingState.SNOOZED)


class FindingQuerySet(models.QuerySet["Finding"]):
    def active(self) -> FindingQuerySet:
        """What the last run that could say so still found, whether or not somebody has seen to it."""
        return self.filter(state__in=ACTIVE_FINDINGS)

    def opened(self) -> FindingQuerySet:
        """What nobody has seen to yet."""
        return self.filter(state=FindingState.OPEN)

    def gravest_first(self) -> FindingQuerySet:
        """Of those that are as grave, the newest first. To be asked of what is active: it sorts."""
        return self.order_by(GRAVITY_OF_SEVERITY.desc(), "-pk")


class Finding(Timestamped):
    """What an agent finds on a node, over all the runs that found it: one row by its fingerprint.

    The texts and `severity` are those of the last run that found it. `days` is how many runs did on each of
    the last days, as in {"2026-11-26": 3}. `judged_by` is as in agents.ended_runs, of the run that opened it.
    `told` is how grave it was when it was said last, empty where it was not, and `alert` is where.

    Of a state it says since when, and by whom: nobody where it came by itself; and why, where no run says so.
    Rows are written by following, deciding, waking and leaving of agents.findings alone.
    """

    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    agent_type = models.CharField(max_length=100)
    node_id = models.CharField(max_length=100)
    about = models.CharField(max_length=200, editable=False)
    judged_by = models.CharField(max_length=100, blank=True, default="", db_default="", editable=False)

    title = models.CharField(max_length=200)
    severity = models.CharField(max_length=10, choices=Severity)
    evidence = models.TextField(blank=True, default="", db_default="")
    recommendation = models.TextField(blank=True, default="", db_default="")
    command = models.TextField(blank=True, default="", db_default="")

    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    # History outlives the executions it is made of.
    first_execution = models.ForeignKey(
        Execution, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    last_execution = models.ForeignKey(
        Execution, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    count = models.PositiveIntegerField(default=1, db_default=1)
    days = models.JSONField(default=dict, blank=True, editable=False)
    regressions = models.PositiveIntegerField(default=0, db_default=0)
    back_at = models.DateTimeField(null=True, blank=True)

    state = models.CharField(
        max_length=12, choices=FindingState, default=FindingState.OPEN, db_default=FindingState.OPEN.value
    )
    state_since = models.DateTimeField(default=timezone.now)
    state_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    state_why = models.CharField(max_length=200, blank=True, default="", db_default="")
    snoozed_until = models.DateTimeField(null=True, blank=True)
    silenced_severity = models.CharField(
        max_length=10, choices=Severity, blank=True, default="", db_default="", editable=False
    )
    note = models.TextField(blank=True, default="", db_default="")
    told = models.CharField(
        max_length=10, choices=Severity, blank=True, default="", db_default="", editable=False
    )
    alert = models.ForeignKey(
        Alert, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["agent_type", "node_id", "state"], name="finding_place"),
            models.Index(fields=["state", "id"], name="finding_state"),
            models.Index(fields=["updated_at"], name="finding_updated"),
            models.Index(
                fields=["snoozed_until"],
                name="finding_snoozed",
                condition=models.Q(state=FindingState.SNOOZED.value),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=FindingState.values), name="finding_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(severity__in=Severity.values), name="finding_severity_known"
            ),
            models.CheckConstraint(
                condition=models.Q(first_seen__lte=models.F("last_seen")), name="finding_seen_in_order"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=FindingState.SNOOZED.value) | models.Q(snoozed_until__isnull=False),
                name="finding_snoozed_has_end",
            ),
            models.CheckConstraint(
                condition=models.Q(back_at__isnull=True) | models.Q(regressions__gte=1),
                name="finding_back_is_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_active(self) -> bool:
        return self.state != FindingState.RESOLVED

    @property
    def is_silenced(self) -> bool:
        """Somebody has seen to it: nothing is said of it until it gets graver, or the snooze is over."""
        return self.state in (FindingState.ACKNOWLEDGED, FindingState.SNOOZED)

    @property
    def where(self) -> str:
        return f"{self.agent_type} on {self.node_id}"

    def is_graver_than(self, severity: str) -> bool:
        """An empty one is graver than none."""
        return not severity or GRAVITY[self.severity] > GRAVITY[severity]

    def become(
        self, state: FindingState, at: datetime, *, by: str = "", why: str = "", until: datetime | None = None
    ) -> None:
        """Into another state. A snooze holds `until` then, also while what is snoozed goes and comes back."""
        self.state, self.state_since, self.state_by, self.state_why = state, at, by, why
        self.snoozed_until = until
        if self.is_silenced:
            self.silenced_severity = self.severity
        elif until is None:
            self.silenced_severity = ""
