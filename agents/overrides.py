"""What one run may have otherwise than its agent: how it is judged, never what it does."""

from collections.abc import Mapping
from typing import Any

from agents.configuration import ConfigurationError, parse_configuration
from agents.models import AgentConfiguration
from system.errors import Invalid

# An operator may launch, and only an admin may say what runs.
OVERRIDABLE = ("analysis", "thresholds")


def effective_config(agent: AgentConfiguration, overrides: Mapping[str, Any] | None) -> dict[str, Any]:
    """The configuration with a run's own `analysis` and `thresholds`, merged key by key."""
    config = dict(agent.config)
    for key in OVERRIDABLE:
        if key in (overrides or {}):
            config[key] = {**config.get(key, {}), **(overrides or {})[key]}
    return config


def check_overrides(agent: AgentConfiguration, overrides: Mapping[str, Any] | None) -> None:
    """Raises Invalid, with the path of what is wrong."""
    for key, value in (overrides or {}).items():
        if key not in OVERRIDABLE:
            raise Invalid(
                f"A run may override {' and '.join(OVERRIDABLE)}, not {key!r}: what runs is the agent's own.",
                field=f"overrides.{key}",
            )
        if not isinstance(value, Mapping):
            raise Invalid(f"{key} is an object.", field=f"overrides.{key}")
    try:
        parse_configuration(effective_config(agent, overrides))
    except ConfigurationError as error:
        problem = error.problems[0]
        raise Invalid(str(error), field=f"overrides.{problem.path}") from error
