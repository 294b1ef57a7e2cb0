"""Agents as people change them: nothing is stored that the runner could not run."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from agents.configuration import ConfigurationError, Problem, parse_configuration
from agents.launching import find_agent
from agents.models import AgentConfiguration
from executions.models import Execution
from system.audit import record_changed, record_created, record_deleted
from system.audit_values import values_of
from system.errors import Conflict
from system.writing import one_writer

NOUN = "agent"  # what the audit calls one


class AgentExists(Conflict):
    pass


def create_agent(fields: Mapping[str, Any]) -> AgentConfiguration:
    """`fields` as schemas.AgentIn has them. Raises AgentExists, and ConfigurationError with every path."""
    _check(fields["config"])
    with one_writer():
        try:
            with transaction.atomic():
                agent = AgentConfiguration.objects.create(**fields)
        except IntegrityError as error:
            detail = f"There is an agent {fields['agent_type']} already."
            raise AgentExists(detail, field="agent_type") from error
        record_created(agent, NOUN, agent.agent_type)
    return agent


def change_agent(agent_type: str, fields: Mapping[str, Any]) -> AgentConfiguration:
    """Set `fields` and leave the others. Raises NotFound and ConfigurationError."""
    if "config" in fields:
        find_agent(agent_type)
        _check(fields["config"])
    with one_writer():
        agent = find_agent(agent_type)
        before = values_of(agent)
        for name, value in fields.items():
            setattr(agent, name, value)
        agent.save(update_fields=[*fields, "updated_at"])
        record_changed(agent, NOUN, before, agent_type)
    return agent


def delete_agent(agent_type: str) -> None:
    """What it did stays in the history. Raises NotFound; Conflict while it has something to run."""
    with one_writer():
        agent = find_agent(agent_type)
        active = Execution.objects.of_agent(agent_type).active().count()
        if active:
            raise Conflict(f"{agent_type} has {active} executions waiting or running; cancel them first.")
        record_deleted(agent, NOUN, agent_type)
        agent.delete()


def _check(config: Mapping[str, Any]) -> None:
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
