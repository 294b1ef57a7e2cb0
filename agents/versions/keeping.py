"""Each change of an agent leaves a version behind, in the transaction that makes it."""

from typing import Any

from django.db.models import Max

from agents.documents import ordered_settings, settings_of
from agents.models import AgentConfiguration, AgentVersion, Source
from system.askers import Door, current_asker
from system.errors import NotFound

# Whoever comes through another door changes no agent; should it ever do so, it is the house that does.
_SOURCES = {Door.CONSOLE: Source.CONSOLE, Door.API: Source.API, Door.COMMAND: Source.COMMAND}
FOUND = "as it was found: somebody had changed it past ClaudeOps"


def keep_version(
    agent: AgentConfiguration,
    *,
    source: Source | None = None,
    comment: str = "",
    restored_from: int | None = None,
) -> AgentVersion:
    """Keep what `agent` is now, which is saved, under the next number. The caller has the writer's turn.

    Without a `source` it is the door through which whoever asks came in.
    """
    asker = current_asker()
    version = AgentVersion.objects.create(
        agent_type=agent.agent_type,
        number=_next_number(agent.agent_type),
        settings=settings_of(agent),
        source=source or _SOURCES.get(asker.door, Source.HOUSE),
        author=asker.find_caller().name[:150],
        comment=comment,
        restored_from=restored_from,
    )
    agent.revision = version.number
    AgentConfiguration.objects.filter(pk=agent.pk).update(revision=version.number)
    return version


def keep_what_is_found(agent: AgentConfiguration) -> None:
    """Before it is changed: what its newest version does not say would be lost."""
    if settings_of(agent) != newest_settings(agent.agent_type):
        keep_version(agent, source=Source.FOUND, comment=FOUND)


def newest_settings(agent_type: str) -> dict[str, Any] | None:
    newest = AgentVersion.objects.filter(agent_type=agent_type).first()
    return None if newest is None else ordered_settings(newest.settings)


def find_version(agent_type: str, number: int) -> AgentVersion:
    """Raises NotFound, which says what there is."""
    of_agent = AgentVersion.objects.filter(agent_type=agent_type)
    found = of_agent.filter(number=number).first()
    if found is None:
        last = of_agent.aggregate(last=Max("number"))["last"]
        there = f"they go from 1 to {last}" if last else "none was ever kept"
        raise NotFound(f"There is no version {number} of {agent_type!r}; {there}.", field="number")
    return found


def _next_number(agent_type: str) -> int:
    last = AgentVersion.objects.filter(agent_type=agent_type).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1
