"""From "run this agent" to a queued execution, or to a refusal that says which limit it was."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from agents.configuration import ConfigurationError, parse_configuration
from agents.models import AgentConfiguration, LaunchRefusal
from agents.queue import enqueue
from costs.budgets.applying import Subject
from costs.budgets.errors import BudgetExceeded
from costs.budgets.launching import check_launch
from executions.models import Execution, Trigger
from executions.services import create_execution, writing
from system import app_settings
from system.errors import Conflict, Invalid, NotFound
from system.models import Node
from system.redaction import default_redactor, redacted

# How a run is judged, never what it does: an operator may launch, and only an admin may say what runs.
OVERRIDABLE = ("analysis", "thresholds")


class LaunchRefused(Conflict):
    """`limit` is the name of what refused it: enabled, paused, concurrency, cooldown or budget."""

    title = "Launch refused"

    def __init__(self, detail: str, *, limit: str) -> None:
        super().__init__(detail)
        self.limit = limit


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
    dedupe_key: str | None = None,
) -> tuple[Execution, bool]:
    """Queue a run on `node_id` (this node, if none). With a known `dedupe_key`: that run, and False.

    `overrides` change keys of the agent's `analysis` and `thresholds` for this run. Secrets in `metadata`
    are redacted. Raises NotFound, Invalid for overrides that do not hold, LaunchRefused; a refusal is
    kept as a LaunchRefusal.
    """
    agent = find_agent(agent_type)
    _check_node(node_id)
    _check_overrides(agent, overrides)
    try:
        return _launch(
            agent,
            triggered_by,
            trigger_source,
            actor,
            node_id or settings.NODE_NAME,
            overrides,
            metadata,
            dedupe_key,
        )
    except LaunchRefused as refusal:
        LaunchRefusal.objects.create(
            agent_type=agent_type,
            limit=refusal.limit,
            detail=refusal.detail,
            triggered_by=triggered_by,
            actor=actor,
        )
        raise


def effective_config(agent: AgentConfiguration, overrides: Mapping[str, Any] | None) -> dict[str, Any]:
    """The configuration with a run's own `analysis` and `thresholds`, merged key by key."""
    config = dict(agent.config)
    for key in OVERRIDABLE:
        if key in (overrides or {}):
            config[key] = {**config.get(key, {}), **(overrides or {})[key]}
    return config


def _check_node(node_id: str | None) -> None:
    """A node that has never had a worker would keep the run waiting for ever."""
    if node_id is None or node_id == settings.NODE_NAME or Node.objects.filter(name=node_id).exists():
        return
    known = ", ".join(sorted({settings.NODE_NAME, *Node.objects.values_list("name", flat=True)}))
    raise Invalid(f"There is no node {node_id!r}; known are: {known}.", field="node_id")


def _check_overrides(agent: AgentConfiguration, overrides: Mapping[str, Any] | None) -> None:
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


def _launch(
    agent: AgentConfiguration,
    triggered_by: str,
    trigger_source: str,
    actor: str,
    node_id: str,
    overrides: Mapping[str, Any] | None,
    metadata: Mapping[str, Any] | None,
    dedupe_key: str | None,
) -> tuple[Execution, bool]:
    with writing():
        known = Execution.objects.filter(dedupe_key=dedupe_key).first() if dedupe_key is not None else None
        if known is not None:
            return known, False
        _check_limits(agent)
        _check_budgets(agent, node_id, trigger_source, overrides)
        context: dict[str, Any] = {"agent_version": agent.version, "actor": actor}
        if overrides:
            context["overrides"] = redacted(overrides, default_redactor())
        if metadata:
            context["metadata"] = redacted(metadata, default_redactor())
        execution, _ = create_execution(
            agent_type=agent.agent_type,
            node_id=node_id,
            triggered_by=triggered_by,
            trigger_source=trigger_source,
            context=context,
            dedupe_key=dedupe_key,
            note=f"Queued for node {node_id}" + (f" by {actor}" if actor else ""),
        )
        enqueue(execution.pk, node_id)
        return execution, True


def _check_limits(agent: AgentConfiguration) -> None:
    """Inside the launch's transaction, so that two launches cannot both take the last free place."""
    if app_settings.get("executions.paused"):
        raise LaunchRefused(
            "All launches are paused by the setting executions.paused; set it to false to go on.",
            limit="paused",
        )
    if not AgentConfiguration.objects.filter(pk=agent.pk, enabled=True).exists():
        raise LaunchRefused(f"The agent {agent.agent_type} is disabled (enabled).", limit="enabled")
    runs = Execution.objects.of_agent(agent.agent_type)
    active = runs.active().count()
    if active >= agent.max_concurrent_executions:
        raise LaunchRefused(
            f"{agent.agent_type} has {active} of {agent.max_concurrent_executions} allowed executions waiting"
            " or running (max_concurrent_executions).",
            limit="concurrency",
        )
    _check_cooldown(agent)


def _check_budgets(
    agent: AgentConfiguration, node_id: str, trigger_source: str, overrides: Mapping[str, Any] | None
) -> None:
    """A run that the rules can finish is let through: only its requests stand under the budgets."""
    configuration = parse_configuration(effective_config(agent, overrides))
    try:
        check_launch(Subject(agent.agent_type, node_id, trigger_source, configuration.needs_model))
    except BudgetExceeded as error:
        raise LaunchRefused(error.detail, limit="budget") from error


def _check_cooldown(agent: AgentConfiguration) -> None:
    if not agent.cooldown_ms:
        return
    runs = Execution.objects.of_agent(agent.agent_type).filter(completed_at__isnull=False)
    last = runs.newest_first().values_list("completed_at", flat=True).first()
    if last is None:
        return
    rested = last + timedelta(milliseconds=agent.cooldown_ms)
    left = (rested - timezone.now()).total_seconds()
    if left > 0:
        raise LaunchRefused(
            f"{agent.agent_type} rests for {agent.cooldown_ms} ms after a run (cooldown_ms);"
            f" it can be launched again in {left:.1f} s.",
            limit="cooldown",
        )
