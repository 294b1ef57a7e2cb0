"""What is said alike of the agent that a schedule or a webhook launches, and of how."""

from collections.abc import Iterator
from typing import Any

from agents.models import AgentConfiguration
from agents.overrides import check_overrides
from executions.text import without_nul
from system.errors import Invalid


def agent_problems(agent_type: str, overrides: Any) -> Iterator[tuple[str, str]]:
    """Pairs of a field, as the API names it, and what is wrong with it. `overrides` may be anything."""
    agent = AgentConfiguration.objects.filter(agent_type=agent_type).first()
    if agent is None:
        known = AgentConfiguration.objects.order_by("agent_type").values_list("agent_type", flat=True)
        yield "agent_type", f"There is no agent {agent_type!r}; known are: {', '.join(known) or 'none'}."
    if not isinstance(overrides, dict):
        yield "execution_config", "It is an object with analysis, thresholds or nothing in it."
    elif without_nul(overrides) != overrides:
        yield "execution_config", "A text in it holds a NUL character."
    elif agent is not None:
        try:
            check_overrides(agent, overrides)
        except Invalid as error:
            path = (error.field or "").removeprefix("overrides")
            yield f"execution_config{path}", error.detail
