from typing import ClassVar

from django.db import models


class MetricHour(models.Model):
    """An hour of a node's samples, added up: what is left of them when they are deleted.

    `hour` is its first moment, on a whole hour of UTC. Of each quantity (system.quantities): how many samples
    had a reading, their sum, the least and the most.
    """

    node_id = models.CharField(max_length=100)
    hour = models.DateTimeField()
    samples = models.PositiveIntegerField()
    cpu_readings = models.PositiveIntegerField(default=0)
    cpu_sum = models.FloatField(null=True)
    cpu_least = models.FloatField(null=True)
    cpu_most = models.FloatField(null=True)
    memory_readings = models.PositiveIntegerField(default=0)
    memory_sum = models.FloatField(null=True)
    memory_least = models.FloatField(null=True)
    memory_most = models.FloatField(null=True)
    disk_readings = models.PositiveIntegerField(default=0)
    disk_sum = models.FloatField(null=True)
    disk_least = models.FloatField(null=True)
    disk_most = models.FloatField(null=True)
    load_readings = models.PositiveIntegerField(default=0)
    load_sum = models.FloatField(null=True)
    load_least = models.FloatField(null=True)
    load_most = models.FloatField(null=True)
    temperature_readings = models.PositiveIntegerField(default=0)
    temperature_sum = models.FloatField(null=True)
    temperature_least = models.FloatField(null=True)
    temperature_most = models.FloatField(null=True)
    latency_readings = models.PositiveIntegerField(default=0)
    latency_sum = models.FloatField(null=True)
    latency_least = models.FloatField(null=True)
    latency_most = models.FloatField(null=True)

    objects: ClassVar[models.Manager["MetricHour"]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node_id", "hour"], name="metric_hour_once")]
        indexes = [models.Index(fields=["hour"], name="metric_hour_time")]

    def __str__(self) -> str:
        return f"{self.node_id} {self.hour:%Y-%m-%d %H}: {self.samples} samples"

    def mean(self, quantity: str) -> float | None:
        readings = getattr(self, f"{quantity}_readings")
        return getattr(self, f"{quantity}_sum") / readings if readings else None
