from django.db import models


class Cursor(models.Model):
    """How far a reader of a growing table has come: it moves in the transaction of what it has read."""

    name = models.CharField(max_length=50, unique=True)
    position = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"
