"""What the catalogue is made of."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BuiltInAgent:
    """The first values of an AgentConfiguration of the same fields. `config` is plain JSON."""

    agent_type: str
    name: str
    description: str
    version: str
    config: dict[str, Any]
    max_duration_ms: int
    timeout_ms: int
    max_concurrent_executions: int = 1
    cooldown_ms: int = 0


def probe_step(name: str, probe: str, **params: Any) -> dict[str, Any]:
    """A probe that fails leaves a gap in the report, not a run without one."""
    return {"name": name, "type": "command", "probe": probe, "params": params, "continue_on_error": True}


def present(step: str, path: str) -> dict[str, Any]:
    return {"step": step, "path": path, "op": "present"}


def analysis(instructions: str, *, max_tokens: int = 4096) -> dict[str, Any]:
    """Claude where it can be had, the rules otherwise."""
    return {
        "analyst": "auto",
        "model": "claude-haiku-5-5",
        "effort": "low",
        "max_tokens": max_tokens,
        "fallback_to_rules": True,
        "instructions": instructions.strip(),
    }
