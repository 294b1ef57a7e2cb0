from collections.abc import Callable
from typing import Any

import pytest

from agents.models import AgentConfiguration
from tests.faults.fixtures import any_home, home, postgres_home

__all__ = ["any_home", "home", "postgres_home"]

MakeAgent = Callable[..., AgentConfiguration]


@pytest.fixture
def make_agent(db: None) -> MakeAgent:
    """An agent whose steps are programs: `make_agent(["echo", "hi"], max_concurrent_executions=2)`."""

    def make(*programs: list[str], agent_type: str = "probe-run", **fields: Any) -> AgentConfiguration:
        steps = fields.pop("steps", None) or [
            {"name": f"Step {number}", "type": "command", "argv": argv, "read_only": True}
            for number, argv in enumerate(programs, start=1)
        ]
        config = fields.pop("config", {"steps": steps})
        agent = AgentConfiguration(agent_type=agent_type, name=agent_type, config=config, **fields)
        agent.full_clean()
        agent.save()
        return agent

    return make
