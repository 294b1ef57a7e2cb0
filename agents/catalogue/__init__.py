"""The agents that come with ClaudeOps: configuration and nothing else, so each can be edited or copied."""

from agents.catalogue.built_in import BuiltInAgent
from agents.catalogue.disk_space import DISK_SPACE
from agents.catalogue.log_analyzer import LOG_ANALYZER
from agents.catalogue.system_health import SYSTEM_HEALTH

BUILT_IN: tuple[BuiltInAgent, ...] = (SYSTEM_HEALTH, DISK_SPACE, LOG_ANALYZER)

__all__ = ["BUILT_IN", "BuiltInAgent"]
