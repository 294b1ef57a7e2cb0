from django.db import models
from django.utils import timezone

from system.models.alerts import Alert, Severity
from system.models.timestamps import Timestamped
from system.secrets import SecretField

LONGEST_DIGEST_MINUTES = 24 * 60


class TargetKind(models.TextChoices):
    APPRISE = "apprise"
    WEBHOOK = "webhook"


class NotificationTarget(Timestamped):
    """Where alerts are told: a URL of Apprise's, or a webhook that is signed as Standard Webhooks says.

    The URL is a secret, as most of them hold one: `scheme` is all of it that is ever shown.
    """

    name = models.SlugField(max_length=100, unique=True, db_index=False)
    kind = models.CharField(max_length=10, choices=TargetKind)
    url = SecretField()
    scheme = models.CharField(max_length=40, editable=False)
    signing_secret = SecretField(blank=True, default="", db_default="")
    enabled = models.BooleanField(default=True, db_default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=TargetKind.values), name="target_kind_known"),
            models.CheckConstraint(
                condition=models.Q(kind=TargetKind.WEBHOOK.value) ^ models.Q(signing_secret=""),
                name="target_webhook_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NotificationRule(Timestamped):
    """Which alerts a target is told, and when. An empty list of kinds or agents is all of them.

    Told is what was raised after `after_alert`, the newest alert when the rule was made.
    """

    name = models.SlugField(max_length=100, unique=True, db_index=False)
    target = models.ForeignKey(NotificationTarget, on_delete=models.CASCADE, related_name="rules")
    kinds = models.JSONField(default=list, blank=True)
    agent_types = models.JSONField(default=list, blank=True)
    min_severity = models.CharField(
        max_length=10, choices=Severity, default=Severity.INFO, db_default=Severity.INFO.value
    )
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    quiet_zone = models.CharField(max_length=64, default="UTC", db_default="UTC")
    digest_minutes = models.PositiveSmallIntegerField(default=0, db_default=0)
    after_alert = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    enabled = models.BooleanField(default=True, db_default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(min_severity__in=Severity.values), name="rule_severity_known"
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="rule_quiet_hours_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(digest_minutes__lte=LONGEST_DIGEST_MINUTES),
                name="rule_digest_within_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.TextChoices):
    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    DEAD = "dead"


OPEN = (Delivery.WAITING, Delivery.SENDING)


class Notification(models.Model):
    """An alert on its way to a target: the outbox, written by system.notifications alone.

    `due_at` is when its rule lets it go, `retry_at` when it is tried again after a failure. Those that go as
    one message (a digest) have the same `message_id`, given at the first attempt and kept by all later ones:
    the receiver knows a repetition by it. While the message is sent its first row has the lease, so that of
    each target one message at most is on its way.
    """

    target = models.ForeignKey(
        NotificationTarget, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notifications")
    rule = models.ForeignKey(
        NotificationRule, null=True, blank=True, on_delete=models.SET_NULL, related_name="notifications"
    )
    state = models.CharField(
        max_length=10, choices=Delivery, default=Delivery.WAITING, db_default=Delivery.WAITING.value
    )
    due_at = models.DateTimeField(default=timezone.now)
    retry_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    message_id = models.CharField(max_length=40, blank=True, default="", db_default="")
    last_error = models.TextField(blank=True, default="", db_default="")
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "id"], name="notification_state")]
        constraints = [
            models.UniqueConstraint(fields=["target", "alert"], name="notification_once"),
            models.UniqueConstraint(
                fields=["target"],
                name="notification_one_on_its_way",
                condition=models.Q(lease_until__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=Delivery.values), name="notification_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(lease_until__isnull=True) | models.Q(state=Delivery.SENDING.value),
                name="notification_lease_while_sending",
            ),
            models.CheckConstraint(
                condition=models.Q(state=Delivery.DELIVERED.value) ^ models.Q(delivered_at__isnull=True),
                name="notification_delivered_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alert} → {self.target}"
