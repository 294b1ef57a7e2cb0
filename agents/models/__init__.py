from agents.models.configurations import AgentConfiguration
from agents.models.holds import Hold, Turn
from agents.models.refusals import LaunchRefusal

__all__ = ["AgentConfiguration", "Hold", "LaunchRefusal", "Turn"]
