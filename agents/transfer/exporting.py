"""Agents as one YAML document."""

from collections.abc import Iterable
from typing import Any

from agents.documents import settings_of
from agents.launching import find_agent
from agents.models import AgentConfiguration
from agents.transfer.writing import yaml_of

FORMAT = "claudeops-agents/1"
HEADER = "# Agents of ClaudeOps. Into another one, or back: manage.py agents import FILE\n"


def export_agents(agent_types: Iterable[str] = ()) -> str:
    """Those of `agent_types`, in their order, or all by type. Raises NotFound."""
    chosen = [find_agent(agent_type) for agent_type in agent_types]
    return document_of(chosen or AgentConfiguration.objects.order_by("agent_type"))


def document_of(agents: Iterable[AgentConfiguration]) -> str:
    entries = [entry_of(agent) for agent in agents]
    return HEADER + yaml_of({"format": FORMAT, "agents": entries})


def entry_of(agent: AgentConfiguration) -> dict[str, Any]:
    return {"agent_type": agent.agent_type, **settings_of(agent)}
