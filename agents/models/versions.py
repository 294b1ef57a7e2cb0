from django.db import models
from django.utils import timezone


class Source(models.TextChoices):
    """Through what a version came to be: a door, or what was done there. `found` is a state that somebody
    brought about past ClaudeOps, kept before it is changed.
    """

    CONSOLE = "console"
    API = "api", "API"
    COMMAND = "command"
    HOUSE = "house"
    IMPORT = "import"
    SEED = "seed"
    FOUND = "found"


class AgentVersion(models.Model):
    """What an agent was from one change to the next: numbered by agent, and never changed (a trigger).

    By the agent's name and no foreign key: it outlives the agent, as the runs that name it do, and one that
    is made anew under the same name counts on. `settings` are agents.documents.settings_of.
    """

    agent_type = models.CharField(max_length=100)
    number = models.PositiveIntegerField()
    settings = models.JSONField()
    source = models.CharField(max_length=10, choices=Source)
    author = models.CharField(max_length=150, blank=True, default="", db_default="")
    comment = models.CharField(max_length=200, blank=True, default="", db_default="")
    restored_from = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["agent_type", "number"], name="agent_version_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="agent_version_from_one"),
            models.CheckConstraint(
                condition=models.Q(source__in=Source.values), name="agent_version_source_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_type}, version {self.number}"
