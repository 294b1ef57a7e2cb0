from django.db import models
from django.utils import timezone

from executions.models import Execution
from system.models import Timestamped
from system.money import UsdField, not_negative
from system.readable import read_rounded

CAPS = ("amount_usd", "max_runs", "max_tokens", "max_turns")


class Scope(models.TextChoices):
    ALL = "all", "everything"
    AGENT = "agent"
    MODEL = "model"
    NODE = "node"
    SCHEDULE = "schedule"


class Period(models.TextChoices):
    EXECUTION = "execution"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Budget(Timestamped):
    """What may be used up in a period, by all or by one; costs.budgets says how it is held.

    Days, weeks (from Monday) and months are those of TIME_ZONE. What is spent stands in the ledger's daily
    sums, what is promised in Reservation: nothing is counted here that could differ from either.
    """

    name = models.SlugField(max_length=100, unique=True, db_index=False)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.ALL, db_default=Scope.ALL.value)
    scope_value = models.CharField(
        max_length=100, blank=True, default="", db_default="",
        help_text="which agent, model, node or schedule; empty for everything",
    )  # fmt: skip
    period = models.CharField(
        max_length=10, choices=Period, default=Period.MONTH, db_default=Period.MONTH.value
    )
    amount_usd = UsdField(null=True, blank=True, help_text="USD")
    max_runs = models.PositiveBigIntegerField(null=True, blank=True)
    max_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    max_turns = models.PositiveBigIntegerField(null=True, blank=True, help_text="requests to a model")
    is_hard = models.BooleanField(
        default=True, db_default=True, help_text="stop at the cap; else only say that it was passed"
    )
    enabled = models.BooleanField(default=True, db_default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(scope__in=Scope.values), name="budget_scope_known"),
            models.CheckConstraint(condition=models.Q(period__in=Period.values), name="budget_period_known"),
            models.CheckConstraint(
                condition=models.Q(scope=Scope.ALL.value, scope_value="")
                | (~models.Q(scope=Scope.ALL.value) & ~models.Q(scope_value="")),
                name="budget_scope_value",
            ),
            models.CheckConstraint(
                condition=~models.Q(**{f"{cap}__isnull": True for cap in CAPS}), name="budget_has_a_cap"
            ),
            not_negative("amount_usd", "budget_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class Reservation(models.Model):
    """The dearest outcome of a request that is on its way: one row, which all budgets count that it is under.

    It goes when the request has been recorded, when its run ends, and when its worker is found dead.
    """

    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="reservations")
    lease_token = models.UUIDField()
    agent_type = models.CharField(max_length=100)
    model_used = models.CharField(max_length=100)
    node_id = models.CharField(max_length=100)
    trigger_source = models.CharField(max_length=100, blank=True, default="", db_default="")
    cost_usd = UsdField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [not_negative("cost_usd", "reservation_not_negative")]

    def __str__(self) -> str:
        return f"{self.agent_type} {self.model_used}: {read_rounded(self.cost_usd)} USD"
