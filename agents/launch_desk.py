"""Launches of one transaction: limits, executions, holds, turns and messages of any number at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from agents.limits import LaunchRefused, Limits
from agents.models import AgentConfiguration, Hold, LaunchRefusal
from agents.queue import enqueue_all
from agents.turns import Turns, give_turns
from agents.versions.ran import REVISION
from executions.models import Execution, Status, Trigger
from executions.services import NewExecution, create_executions, executions_by_key, writing
from system.audit import Deed, record, record_all
from system.redaction import default_redactor, redacted

ORDER = "order"
GROUP = "group"


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One run that is asked for; the fields are launch_agent's."""

    agent_type: str
    node_id: str
    triggered_by: str = Trigger.MANUAL
    trigger_source: str = ""
    actor: str = ""
    overrides: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] | None = None
    webhook: Mapping[str, Any] | None = None
    dedupe_key: str | None = None
    hold: bool = False
    hold_group: str = ""


@dataclass
class Taken:
    """A launch that was not refused. `execution` is there once it is written, or was known before.

    `held` is what would have refused it, had it not been held.
    """

    launch: Launch
    new: NewExecution | None = None
    held: LaunchRefused | None = None
    execution: Execution | None = None


class Desk:
    """Made inside `writing()`; what is taken must be written before its end."""

    def __init__(
        self, agent_types: Collection[str], *, groups: Collection[str] = (), dedupe_keys: Collection[str] = ()
    ) -> None:
        self.turns = Turns(groups)
        self._agent_types = agent_types
        self._limits = Limits(agent_types)
        self._known = executions_by_key(tuple(dedupe_keys))
        self._holding: set[str] | None = None
        self._open: list[Taken] = []

    def agent(self, agent_type: str) -> AgentConfiguration:
        """Raises NotFound."""
        return self._limits.agent(agent_type)

    def known(self, dedupe_key: str) -> Execution | None:
        return self._known.get(dedupe_key)

    def take(self, launch: Launch) -> Taken:
        """Raises LaunchRefused, of what `hold` does not help against, and NotFound for no such agent.

        The Desk was made for its agent, group and key.
        """
        known = self._known.get(launch.dedupe_key or "")
        if known is not None:
            return Taken(launch, execution=known)
        agent = self._limits.agent(launch.agent_type)
        held = self._held(agent, launch)
        self._note_place(launch, is_held=held is not None)
        taken = Taken(launch, _new(agent, launch, held), held)
        self._open.append(taken)
        return taken

    def _held(self, agent: AgentConfiguration, launch: Launch) -> LaunchRefused | None:
        """Why it must wait; None where it need not."""
        try:
            self._limits.check_enabled(agent)
            if launch.hold:
                self._check_order(launch)
            self._limits.check(agent)
            if self._limits.has_budgets:
                self.write()  # they count runs where they are written
            self._limits.check_budgets(agent, launch.node_id, launch.trigger_source, launch.overrides)
        except LaunchRefused as refusal:
            if not launch.hold or refusal.limit == "enabled":
                raise
            return refusal
        return None

    def _check_order(self, launch: Launch) -> None:
        if launch.hold_group and self.turns.is_busy(launch.hold_group):
            raise LaunchRefused("It waits for an earlier run to end.", limit=GROUP)
        if self._holding is None:
            holds = Hold.objects.filter(agent_type__in=self._agent_types, execution__status=Status.PENDING)
            self._holding = set(holds.order_by().values_list("agent_type", flat=True).distinct())
        if launch.agent_type in self._holding:
            raise LaunchRefused(f"Others of {launch.agent_type} waited before it.", limit=ORDER)

    def _note_place(self, launch: Launch, *, is_held: bool) -> None:
        if is_held:
            self._holding = {*(self._holding or ()), launch.agent_type}
            if launch.hold_group:
                self.turns.wait(launch.hold_group)
            return
        self._limits.take_place(launch.agent_type)
        if launch.hold_group:
            self.turns.take(launch.hold_group)

    def write(self) -> None:
        """Write what was taken, with the messages of what need not wait."""
        taken, self._open = self._open, []
        if not taken:
            return
        for item, execution in zip(
            taken, create_executions([item.new for item in taken if item.new]), strict=True
        ):
            item.execution = execution
        written = [(item.launch, item.held, item.execution) for item in taken if item.execution]
        _write_holds(written)
        going = [(launch, execution) for launch, held, execution in written if held is None]
        give_turns((launch.hold_group, execution) for launch, execution in going if launch.hold_group)
        enqueue_all((execution.pk, execution.node_id) for _, execution in going)
        record_all(_deed(launch, held, execution) for launch, held, execution in written)


def _new(agent: AgentConfiguration, launch: Launch, held: LaunchRefused | None) -> NewExecution:
    by = f" by {launch.actor}" if launch.actor else ""
    return NewExecution(
        agent_type=launch.agent_type,
        node_id=launch.node_id,
        triggered_by=launch.triggered_by,
        trigger_source=launch.trigger_source,
        context=_context(agent, launch),
        dedupe_key=launch.dedupe_key,
        note=f"Held{by}: {held.detail}" if held else f"Queued for node {launch.node_id}{by}",
        is_held=held is not None,
    )


def _context(agent: AgentConfiguration, launch: Launch) -> dict[str, Any]:
    context: dict[str, Any] = {"agent_version": agent.version, "actor": launch.actor}
    if agent.revision:
        context[REVISION] = agent.revision  # the run puts it right, should it begin with a later one
    if launch.overrides:
        context["overrides"] = redacted(launch.overrides, default_redactor())
    if launch.metadata:
        context["metadata"] = redacted(launch.metadata, default_redactor())
    if launch.webhook:
        context["webhook"] = dict(launch.webhook)
    return context


def _write_holds(written: list[tuple[Launch, LaunchRefused | None, Execution]]) -> None:
    Hold.objects.bulk_create(
        Hold(
            execution=execution,
            agent_type=launch.agent_type,
            limit=held.limit,
            detail=held.detail,
            group=launch.hold_group,
            since=execution.started_at,
        )
        for launch, held, execution in written
        if held is not None
    )


def _deed(launch: Launch, held: LaunchRefused | None, execution: Execution) -> Deed:
    facts = _facts(launch) | ({"held": held.limit} if held else {})
    return Deed("execution.launch", str(execution.uid), {"agent": launch.agent_type, **facts}, launch.actor)


def _facts(launch: Launch) -> dict[str, Any]:
    facts = {
        "node": launch.node_id,
        "trigger": str(launch.triggered_by),
        "source": launch.trigger_source,
        "overrides": launch.overrides,
    }
    return {name: value for name, value in facts.items() if value}


def keep_refusal(launch: Launch, refusal: LaunchRefused) -> None:
    """Where a person will look for the run that did not happen."""
    with writing():
        LaunchRefusal.objects.create(
            agent_type=launch.agent_type,
            limit=refusal.limit,
            detail=refusal.detail,
            triggered_by=launch.triggered_by,
            actor=launch.actor,
        )
        facts = {**_facts(launch), "limit": refusal.limit, "why": refusal.detail}
        record("execution.refuse", launch.agent_type, facts, actor=launch.actor)
