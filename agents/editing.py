"""Agents as people change them: nothing is stored that the runner could not run, and nothing is lost."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from agents.configuration import ConfigurationError, Problem, parse_configuration
from agents.documents import ordered_settings, settings_of
from agents.launching import find_agent
from agents.models import AgentConfiguration, AgentVersion, Source
from agents.versions.diff import pieces_between, titles_of
from agents.versions.keeping import keep_version, keep_what_is_found
from executions.models import Execution
from system.audit import record_changed, record_created, record_deleted
from system.audit_values import values_of
from system.errors import Conflict, DomainError, Invalid
from system.writing import one_writer

NOUN = "agent"  # what the audit calls one
# Routes of the API stand beside the agents' own.
RESERVED = ("import",)
LISTED_VERSIONS = 5


class AgentExists(Conflict):
    pass


class ChangedMeanwhile(DomainError):
    """Somebody else saved a version after the one that was seen; nothing was changed."""

    status = 412
    title = "Changed meanwhile"


def create_agent(
    fields: Mapping[str, Any], *, source: Source | None = None, comment: str = ""
) -> AgentConfiguration:
    """`fields` as schemas.AgentIn has them. Raises AgentExists, and ConfigurationError with every path."""
    if fields["agent_type"] in RESERVED:
        raise Invalid(f"{fields['agent_type']} is the name of a route of the API.", field="agent_type")
    check_config(fields["config"])
    with one_writer():
        try:
            with transaction.atomic():
                agent = AgentConfiguration.objects.create(**fields)
        except IntegrityError as error:
            detail = f"There is an agent {fields['agent_type']} already."
            raise AgentExists(detail, field="agent_type") from error
        keep_version(agent, source=source, comment=comment)
        record_created(agent, NOUN, agent.agent_type)
    return agent


def seed_agents(agents: Iterable[AgentConfiguration]) -> None:
    """Those that come with ClaudeOps, unsaved: each begins with its first version."""
    with one_writer():
        for agent in agents:
            agent.save(force_insert=True)
            keep_version(agent, source=Source.SEED)


def change_agent(
    agent_type: str,
    fields: Mapping[str, Any],
    *,
    seen: int | None = None,
    source: Source | None = None,
    comment: str = "",
    restored_from: int | None = None,
) -> AgentConfiguration:
    """Set `fields` and leave the others. Raises NotFound and ConfigurationError.

    Who has `seen` a version of it changes no other: ChangedMeanwhile says what was saved since. What differs
    is kept as a new version, with the `comment`; where nothing does, none is.
    """
    if "config" in fields:
        find_agent(agent_type)
        check_config(fields["config"])
    with one_writer():
        agent = find_agent(agent_type)
        require_seen(agent, seen)
        keep_what_is_found(agent)
        values, settings = values_of(agent), settings_of(agent)
        for name, value in fields.items():
            setattr(agent, name, value)
        agent.save(update_fields=[*fields, "updated_at"])
        if settings_of(agent) != settings:
            keep_version(agent, source=source, comment=comment, restored_from=restored_from)
        record_changed(agent, NOUN, values, agent_type)
    return agent


def require_seen(agent: AgentConfiguration, seen: int | None) -> None:
    """Raises ChangedMeanwhile where `agent` has a later version. For who has the writer's turn."""
    if seen is None or seen == agent.revision:
        return
    versions = AgentVersion.objects.filter(agent_type=agent.agent_type)
    since = [
        f"{each.number} by {_maker(each)}" for each in versions.filter(number__gt=seen)[:LISTED_VERSIONS]
    ]
    before = versions.filter(number=seen).first()
    differs = ""
    if before is not None:
        differs = titles_of(pieces_between(ordered_settings(before.settings), settings_of(agent)))
    raise ChangedMeanwhile(
        f"{agent.agent_type} is at version {agent.revision}, and this began with version {seen}; nothing was"
        f" changed. Saved since: {', '.join(reversed(since)) or 'nothing that is known'}."
        f" What differs: {differs or 'nothing'}.",
        field="revision",
    )


def _maker(version: AgentVersion) -> str:
    return f"{version.author or 'the house'} ({version.get_source_display().lower()})"


def delete_agent(agent_type: str) -> None:
    """What it did stays in the history. Raises NotFound; Conflict while it has something to run."""
    with one_writer():
        agent = find_agent(agent_type)
        active = Execution.objects.of_agent(agent_type).active().count()
        if active:
            raise Conflict(f"{agent_type} has {active} executions waiting or running; cancel them first.")
        record_deleted(agent, NOUN, agent_type)
        agent.delete()


def check_config(config: Mapping[str, Any]) -> None:
    """Raises ConfigurationError with every path."""
    parse_configuration(config)
    problems = [Problem(path, "must not hold a NUL character") for path in _paths_of_nul(config, "")]
    if problems:
        raise ConfigurationError(problems)


def _paths_of_nul(value: Any, path: str) -> Iterator[str]:
    """PostgreSQL holds none, neither in text nor in JSON."""
    if isinstance(value, str):
        if "\x00" in value:
            yield path
        return
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        below = f"{path}.{name}" if path else str(name)
        yield from _paths_of_nul(str(name), below)
        yield from _paths_of_nul(item, below)
