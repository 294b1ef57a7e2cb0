from agents.models.configurations import AgentConfiguration
from agents.models.findings import ACTIVE_FINDINGS, Finding, FindingState
from agents.models.holds import Hold, Turn
from agents.models.refusals import LaunchRefusal
from agents.models.versions import AgentVersion, Source

__all__ = [
    "ACTIVE_FINDINGS",
    "AgentConfiguration",
    "AgentVersion",
    "Finding",
    "FindingState",
    "Hold",
    "LaunchRefusal",
    "Source",
    "Turn",
]
