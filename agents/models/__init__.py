from agents.models.configurations import AgentConfiguration
from agents.models.holds import Hold, Turn
from agents.models.refusals import LaunchRefusal
from agents.models.versions import AgentVersion, Source

__all__ = ["AgentConfiguration", "AgentVersion", "Hold", "LaunchRefusal", "Source", "Turn"]
