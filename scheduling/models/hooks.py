from collections.abc import Iterator
from datetime import datetime
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from agents.models import AgentConfiguration
from executions.models import Execution
from system.models import Timestamped
from system.secrets import Secret, SecretField


class Scheme(models.TextChoices):
    """How a sender proves that it may set the hook off."""

    STANDARD = "standard", "Signature of Standard Webhooks"
    GITHUB = "github", "Signature of GitHub"
    BEARER = "bearer", "Secret in the Authorization header"


class Hook(Timestamped):
    """A URL that launches an agent when somebody who knows its secret posts JSON to it.

    `mapping` is {name: JSONPath} and `filters` a list of comparisons that must all hold; both are checked
    when they are saved (scheduling.hooks.checking). After a rotation the secret before is good until
    `previous_until`.
    """

    slug = models.SlugField(max_length=100, unique=True, db_index=False)
    name = models.CharField(max_length=200)
    agent = models.ForeignKey(
        AgentConfiguration,
        to_field="agent_type",
        db_column="agent_type",
        on_delete=models.CASCADE,
        related_name="hooks",
    )
    enabled = models.BooleanField(default=True, db_default=True)
    recipe = models.CharField(max_length=50, blank=True, default="", db_default="")
    scheme = models.CharField(
        max_length=10, choices=Scheme, default=Scheme.STANDARD, db_default=Scheme.STANDARD.value
    )
    secret = SecretField()
    secret_since = models.DateTimeField(default=timezone.now, editable=False)
    previous_secret = SecretField(blank=True, default="", db_default="", editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    mapping = models.JSONField(default=dict, blank=True)
    filters = models.JSONField(default=list, blank=True)
    node_id = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text="empty: the node that receives it"
    )
    execution_config = models.JSONField(
        default=dict,
        blank=True,
        help_text="the agent's analysis and thresholds, as its runs may override them",
    )
    max_body_bytes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="empty: as the settings have it"
    )
    max_per_minute = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="launches; empty: no limit"
    )

    class Meta:
        verbose_name = "webhook"
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=models.Q(scheme__in=Scheme.values), name="hook_scheme_known"),
            models.CheckConstraint(
                condition=models.Q(previous_secret="", previous_until__isnull=True)
                | models.Q(~models.Q(previous_secret=""), previous_until__isnull=False),
                name="hook_previous_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def secrets_at(self, now: datetime) -> Iterator[Secret]:
        """Those that open it: the current one first."""
        yield self.secret
        if self.previous_until is not None and now < self.previous_until:
            yield self.previous_secret


class DeliveryState(models.TextChoices):
    LAUNCHED = "launched"
    FILTERED = "filtered"
    REFUSED = "refused"


# What a message was, once and for all: a second one of the same id or body is no other.
ACCEPTED = (DeliveryState.LAUNCHED, DeliveryState.FILTERED)


class HookDeliveryQuerySet(models.QuerySet["HookDelivery"]):
    def with_execution(self) -> Self:
        """But without its texts, which may be large."""
        texts = ("raw_output", "ai_analysis", "execution_context")
        return self.select_related("execution").defer(*(f"execution__{name}" for name in texts))


class HookDelivery(models.Model):
    """What became of one message whose sender proved to know the secret. Others leave no row.

    GitHub signs the body but not the id of a delivery: there the same body is the same message, whatever
    its id says. A refused message may come again, and be another.
    """

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    message_id = models.CharField(max_length=200, blank=True, default="", help_text="empty: it came without")
    body_digest = models.CharField(max_length=64, help_text="SHA-256 of its bytes")
    scheme = models.CharField(max_length=10, choices=Scheme)
    state = models.CharField(max_length=10, choices=DeliveryState)
    execution = models.ForeignKey(
        Execution, null=True, blank=True, on_delete=models.SET_NULL, related_name="hook_deliveries"
    )
    received_at = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=100, blank=True, default="")
    size = models.PositiveIntegerField(default=0, help_text="bytes")
    detail = models.TextField(blank=True, default="")

    objects = HookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["hook", "id"], name="hook_delivery_by_hook"),
            models.Index(fields=["hook", "body_digest"], name="hook_delivery_by_body"),
            models.Index(fields=["received_at"], name="hook_delivery_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["hook", "message_id"],
                name="hook_delivery_message_once",
                condition=models.Q(state__in=[*ACCEPTED]) & ~models.Q(message_id=""),
            ),
            models.UniqueConstraint(
                fields=["hook", "body_digest"],
                name="hook_delivery_signed_body_once",
                condition=models.Q(state__in=[*ACCEPTED], scheme=Scheme.GITHUB.value),
            ),
            models.CheckConstraint(
                condition=models.Q(scheme__in=Scheme.values), name="hook_delivery_scheme_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=DeliveryState.values), name="hook_delivery_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=DeliveryState.LAUNCHED.value) | models.Q(execution__isnull=True),
                name="hook_delivery_execution_if_launched",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id or self.body_digest[:12]} at {timezone.localtime(self.received_at):%F %T}"
