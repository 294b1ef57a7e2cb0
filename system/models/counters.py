from django.db import models


class Counter(models.Model):
    """What has ever been counted under a name and labels, for /metrics: it only grows, whatever is deleted.

    Added to by system.counters alone. `labels` are the values of the labels, tabs between them.
    """

    name = models.CharField(max_length=50)
    labels = models.CharField(max_length=250, blank=True, default="")
    value = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.name}{self.labels.split(chr(9))}: {self.value}"
