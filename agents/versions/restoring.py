"""The way back: a new version that is equal to an old one."""

from typing import Any

from pydantic import ValidationError

from agents.configuration import ConfigurationError
from agents.documents import SETTINGS, settings_of
from agents.editing import change_agent, create_agent
from agents.models import AgentConfiguration, AgentVersion
from agents.schemas import AgentFields
from agents.versions.keeping import find_version
from system.errors import Conflict, Invalid


def restore_version(
    agent_type: str, number: int, *, seen: int | None = None, comment: str = ""
) -> AgentConfiguration:
    """Make the agent what it was, as a new version; one that was deleted comes back.

    Raises NotFound, Conflict where it is so already, ChangedMeanwhile, and Invalid where the old version
    does not hold by the rules of today.
    """
    version = find_version(agent_type, number)
    agent = AgentConfiguration.objects.filter(agent_type=agent_type).first()
    if agent is not None and settings_of(agent) == version.settings:
        raise Conflict(f"{agent_type} is as version {number} has it already.")
    fields, comment = fields_of(version), comment or f"Back to version {number}"
    try:
        if agent is None:
            return create_agent({"agent_type": agent_type, **fields}, comment=comment)
        return change_agent(agent_type, fields, seen=seen, comment=comment, restored_from=number)
    except ConfigurationError as error:
        raise Invalid(_refusal(version, str(error)), field="number") from error


def fields_of(version: AgentVersion) -> dict[str, Any]:
    """As the editing functions take them. Raises Invalid where they do not hold any more."""
    try:
        read = AgentFields.model_validate(version.settings)
    except ValidationError as error:
        found = "; ".join(
            f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_url=False)
        )
        raise Invalid(_refusal(version, found), field="number") from error
    return {name: getattr(read, name) for name in SETTINGS}


def _refusal(version: AgentVersion, why: str) -> str:
    return f"Version {version.number} of {version.agent_type} does not hold any more: {why}."
