"""From "run this agent" to a queued execution, or to a refusal that says which limit it was."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from agents.launch_desk import Desk, Launch, keep_refusal
from agents.limits import LaunchRefused as LaunchRefused
from agents.models import AgentConfiguration
from agents.overrides import check_overrides
from executions.models import Execution, Trigger
from executions.services import writing
from system.errors import Invalid, NotFound
from system.models import Node


def find_agent(agent_type: str) -> AgentConfiguration:
    agent = AgentConfiguration.objects.filter(agent_type=agent_type).first()
    if agent is None:
        known = ", ".join(
            AgentConfiguration.objects.order_by("agent_type").values_list("agent_type", flat=True)
        )
        raise NotFound(f"There is no agent {agent_type!r}; known are: {known or 'none'}.", field="agent_type")
    return agent


def launch_agent(
    agent_type: str,
    *,
    triggered_by: str = Trigger.MANUAL,
    trigger_source: str = "",
    actor: str = "",
    node_id: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    webhook: Mapping[str, Any] | None = None,
    dedupe_key: str | None = None,
    hold: bool = False,
    hold_group: str = "",
) -> tuple[Execution, bool]:
    """Queue a run on `node_id` (this node, if none). With a known `dedupe_key`: that run, and False.

    `overrides` change keys of the agent's `analysis` and `thresholds` for this run. Secrets in `metadata`
    are redacted. `webhook` is what a stranger sent that set the run off: {hook, message_id, payload, values},
    bounded and redacted; it reaches an analyst as evidence, and nothing else. Raises NotFound, Invalid for
    overrides that do not hold, LaunchRefused; a refusal is kept as a LaunchRefusal.

    With `hold` nothing but a disabled agent refuses: the run waits (agents.holds) until the limits allow it
    and those that waited before it are gone, and until nobody of its `hold_group` waits or runs any more.
    """
    agent = find_agent(agent_type)
    _check_node(node_id)
    check_overrides(agent, overrides)
    launch = Launch(
        agent_type=agent_type,
        node_id=node_id or settings.NODE_NAME,
        triggered_by=triggered_by,
        trigger_source=trigger_source,
        actor=actor,
        overrides=overrides,
        metadata=metadata,
        webhook=webhook,
        dedupe_key=dedupe_key,
        hold=hold,
        hold_group=hold_group,
    )
    try:
        return _launch(launch)
    except LaunchRefused as refusal:
        keep_refusal(launch, refusal)
        raise


def _launch(launch: Launch) -> tuple[Execution, bool]:
    with writing():
        desk = Desk(
            [launch.agent_type],
            groups=[launch.hold_group] if launch.hold_group else [],
            dedupe_keys=[launch.dedupe_key] if launch.dedupe_key is not None else [],
        )
        taken = desk.take(launch)
        is_new = taken.execution is None
        desk.write()
    if taken.execution is None:
        raise RuntimeError("what a desk has written has its execution")
    return taken.execution, is_new


def _check_node(node_id: str | None) -> None:
    """A node that has never had a worker would keep the run waiting for ever."""
    if node_id is None or node_id == settings.NODE_NAME or Node.objects.filter(name=node_id).exists():
        return
    known = ", ".join(sorted({settings.NODE_NAME, *Node.objects.values_list("name", flat=True)}))
    raise Invalid(f"There is no node {node_id!r}; known are: {known}.", field="node_id")
