"""An agent as one document: what its versions keep, and what it is exported as.

The fields are those of schemas.AgentFields, in their form on the wire; keys stand in the order in which a
person thinks of them. (PostgreSQL does not keep the order of what it stores as JSON.)
"""

from collections.abc import Mapping
from typing import Any

from agents.models import AgentConfiguration
from system.money import text_of

SETTINGS = (
    "name", "description", "version", "enabled", "config", "max_cost_per_execution", "max_duration_ms",
    "timeout_ms", "max_concurrent_executions", "cooldown_ms",
)  # fmt: skip
_ORDER = (
    "steps", "analysis", "thresholds",
    "name", "type", "probe", "params", "argv", "env", "cwd", "timeout_ms", "exit_codes", "read_only",
    "continue_on_error", "require", "step", "path", "op", "value",
    "analyst", "model", "effort", "max_tokens", "fallback_to_rules", "over_budget", "instructions",
    "warning", "critical",
)  # fmt: skip
_RANKS = {key: rank for rank, key in enumerate(_ORDER)}


def settings_of(agent: AgentConfiguration) -> dict[str, Any]:
    """All that a person may say of `agent` but its type, as plain JSON."""
    cap = agent.max_cost_per_execution
    values = {name: getattr(agent, name) for name in SETTINGS}
    return ordered_settings({**values, "max_cost_per_execution": None if cap is None else text_of(cap)})


def ordered_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    known = [name for name in SETTINGS if name in settings]
    return {name: ordered(settings[name]) for name in known}


def ordered(value: Any) -> Any:
    """The same JSON, with the keys of each object in their usual order; others follow by name."""
    if isinstance(value, Mapping):
        return {key: ordered(value[key]) for key in sorted(value, key=_rank)}
    return [ordered(item) for item in value] if isinstance(value, list) else value


def _rank(key: str) -> tuple[int, str]:
    return _RANKS.get(key, len(_RANKS)), key
