from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from system.thresholds import Health

HEALTH_CHOICES = [(value.value, value.value.capitalize()) for value in Health]


class SystemMetricQuerySet(models.QuerySet["SystemMetric"]):
    def on_node(self, node_id: str) -> "SystemMetricQuerySet":
        return self.filter(node_id=node_id)

    def newest_first(self) -> "SystemMetricQuerySet":
        return self.order_by("-timestamp", "-id")


class SystemMetric(models.Model):
    """One sample of one node. Percentages are 0 to 100; what could not be read is null."""

    node_id = models.CharField(max_length=100, default="localhost", db_default="localhost")
    cpu_usage_percent = models.FloatField(null=True, blank=True)
    memory_usage_percent = models.FloatField(null=True, blank=True)
    disk_usage_percent = models.FloatField(null=True, blank=True)
    load_average_1m = models.FloatField(null=True, blank=True)
    load_average_5m = models.FloatField(null=True, blank=True)
    load_average_15m = models.FloatField(null=True, blank=True)
    disk_free_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    disk_total_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    internet_connected = models.BooleanField(null=True, blank=True)
    claude_api_latency_ms = models.PositiveIntegerField(null=True, blank=True)
    temperature_c = models.FloatField(null=True, blank=True)  # of the hottest sensor
    cores = models.PositiveSmallIntegerField(null=True, blank=True)
    overall_health = models.CharField(
        max_length=10, choices=HEALTH_CHOICES, default=Health.HEALTHY, db_default=Health.HEALTHY.value
    )
    timestamp = models.DateTimeField(default=timezone.now, db_default=Now())

    objects: ClassVar[Any] = SystemMetricQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["node_id", "timestamp"], name="metric_node_time"),
            models.Index(fields=["overall_health", "timestamp"], name="metric_health_time"),
            models.Index(fields=["timestamp"], name="metric_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(overall_health__in=[value.value for value in Health]),
                name="metric_health_known",
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{name}__isnull": True})
                    | models.Q(**{f"{name}__range": (0, 100)}),
                    name=f"metric_{name.split('_')[0]}_is_percent",
                )
                for name in ("cpu_usage_percent", "memory_usage_percent", "disk_usage_percent")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.timestamp:%Y-%m-%d %H:%M:%S} {self.overall_health}"
