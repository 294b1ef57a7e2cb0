from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from agents.configuration import LONGEST_REST_MS, ConfigurationError, parse_configuration
from system.models import Timestamped
from system.money import UsdField, not_negative

LONGEST_MS = settings.MAX_DURATION_LIMIT_SECONDS * 1000


class AgentConfiguration(Timestamped):
    """What an agent does (`config`: agents.configuration.Configuration) and what it may use up."""

    agent_type = models.SlugField(max_length=100, unique=True, db_index=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="", db_default="")
    version = models.CharField(max_length=50, default="1.0.0", db_default="1.0.0")
    enabled = models.BooleanField(default=True, db_default=True)
    config = models.JSONField(default=dict)
    max_cost_per_execution = UsdField(
        null=True, blank=True, help_text="USD; a request that could pass it is not sent"
    )
    max_duration_ms = models.PositiveBigIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_MS)]
    )
    timeout_ms = models.PositiveBigIntegerField(
        default=300_000,
        db_default=300_000,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_MS)],
        help_text="of each step that names none",
    )
    max_concurrent_executions = models.PositiveIntegerField(
        default=1, db_default=1, validators=[MinValueValidator(1)]
    )
    cooldown_ms = models.PositiveBigIntegerField(
        default=0,
        db_default=0,
        validators=[MaxValueValidator(LONGEST_REST_MS)],
        help_text="rest between the end of a run and the next launch",
    )
    # The number of its newest AgentVersion, which the form of an editor names; 0: none was kept yet.
    revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["enabled"], name="agent_enabled")]
        constraints = [not_negative("max_cost_per_execution", "agent_cap_not_negative")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            parse_configuration(self.config)
        except ConfigurationError as error:
            raise ValidationError({"config": [str(problem) for problem in error.problems]}) from error

    @property
    def duration_limit_ms(self) -> int:
        return self.max_duration_ms or LONGEST_MS
