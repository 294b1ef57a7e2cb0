from django.db import models
from django.utils import timezone

from executions.models import Execution


class Hold(models.Model):
    """Why an execution waits that a limit would have refused: it is `pending`, and in no queue.

    `limit` and `detail` are what stood in its way last. Of a `group` one execution at a time is let go.
    Rows are written by agents.launching and agents.holds alone; the first that was held goes first.
    """

    execution = models.OneToOneField(Execution, on_delete=models.CASCADE, related_name="hold")
    agent_type = models.CharField(max_length=100)
    limit = models.CharField(max_length=30)
    detail = models.TextField()
    group = models.CharField(max_length=200, blank=True, default="", db_default="", db_column="hold_group")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["agent_type", "id"], name="hold_agent"),
            models.Index(fields=["group"], name="hold_group", condition=~models.Q(group="")),
        ]

    def __str__(self) -> str:
        return self.detail


class Turn(models.Model):
    """Which execution of a group was let go last: while it waits or runs, no other of the group is."""

    name = models.CharField(max_length=200, unique=True)
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.name
