"""What may refuse a launch, asked before it: of a launch that is new, and of one that was held."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from agents.configuration import parse_configuration
from agents.models import AgentConfiguration
from agents.overrides import effective_config
from costs.budgets.applying import Subject
from costs.budgets.errors import BudgetExceeded
from costs.budgets.launching import check_launch, has_hard_budgets
from executions.models import Execution
from system import app_settings
from system.errors import Conflict, NotFound


class LaunchRefused(Conflict):
    """`limit` is the name of what refused it: enabled, paused, concurrency, cooldown or budget."""

    title = "Launch refused"

    def __init__(self, detail: str, *, limit: str) -> None:
        super().__init__(detail)
        self.limit = limit


class Limits:
    """The limits of some agents, read together. Made inside `writing()`, they hold until its commit: two
    launches cannot both take the last free place.
    """

    def __init__(self, agent_types: Collection[str]) -> None:
        found = AgentConfiguration.objects.filter(agent_type__in=agent_types)
        self._agents = {agent.agent_type: agent for agent in found}
        self._is_paused: bool = app_settings.get("executions.paused")
        admitted = Execution.objects.filter(agent_type__in=agent_types).admitted().order_by()
        self._taken = Counter(dict(admitted.values_list("agent_type").annotate(Count("pk"))))
        self.has_budgets = has_hard_budgets()

    def agent(self, agent_type: str) -> AgentConfiguration:
        """Raises NotFound."""
        try:
            return self._agents[agent_type]
        except KeyError:
            raise NotFound(f"There is no agent {agent_type!r}.", field="agent_type") from None

    def take_place(self, agent_type: str) -> None:
        self._taken[agent_type] += 1

    def check(self, agent: AgentConfiguration) -> None:
        """Raise LaunchRefused where no run of `agent` at all may begin now."""
        for reason in self.reasons(agent):
            raise reason

    def reasons(
        self, agent: AgentConfiguration, last_end: Callable[[], datetime | None] | None = None
    ) -> Iterator[LaunchRefused]:
        """All that stands against it now but budgets. `last_end`, for who knows it, saves a query."""
        if not agent.enabled:
            yield LaunchRefused(f"The agent {agent.agent_type} is disabled (enabled).", limit="enabled")
        if self._is_paused:
            yield LaunchRefused(
                "All launches are paused by the setting executions.paused; set it to false to go on.",
                limit="paused",
            )
        taken = self._taken[agent.agent_type]
        if taken >= agent.max_concurrent_executions:
            yield LaunchRefused(
                f"{agent.agent_type} has {taken} of {agent.max_concurrent_executions} allowed executions"
                " waiting or running (max_concurrent_executions).",
                limit="concurrency",
            )
        yield from _cooldown(agent, last_end)

    def check_enabled(self, agent: AgentConfiguration) -> None:
        if not agent.enabled:
            raise LaunchRefused(f"The agent {agent.agent_type} is disabled (enabled).", limit="enabled")

    def check_budgets(
        self,
        agent: AgentConfiguration,
        node_id: str,
        trigger_source: str,
        overrides: Mapping[str, Any] | None,
    ) -> None:
        """A run that the rules can finish is let through: only its requests stand under the budgets."""
        if not self.has_budgets:
            return
        configuration = parse_configuration(effective_config(agent, overrides))
        try:
            check_launch(Subject(agent.agent_type, node_id, trigger_source, configuration.needs_model))
        except BudgetExceeded as error:
            raise LaunchRefused(error.detail, limit="budget") from error


def what_refuses(
    agent: AgentConfiguration, node_id: str, overrides: Mapping[str, Any] | None
) -> list[LaunchRefused]:
    """All that would refuse a launch by a person at this moment. Looked at without a lock: it may change."""
    limits = Limits([agent.agent_type])
    found = list(limits.reasons(agent))
    try:
        limits.check_budgets(agent, node_id, "", overrides)
    except LaunchRefused as refusal:
        found.append(refusal)
    return found


def _cooldown(
    agent: AgentConfiguration, last_end: Callable[[], datetime | None] | None
) -> Iterator[LaunchRefused]:
    if not agent.cooldown_ms:
        return
    last = (last_end or (lambda: _last_end(agent)))()
    if last is None:
        return
    rested = last + timedelta(milliseconds=agent.cooldown_ms)
    left = (rested - timezone.now()).total_seconds()
    if left > 0:
        yield LaunchRefused(
            f"{agent.agent_type} rests for {agent.cooldown_ms} ms after a run (cooldown_ms);"
            f" it can be launched again in {left:.1f} s.",
            limit="cooldown",
        )


def _last_end(agent: AgentConfiguration) -> datetime | None:
    runs = Execution.objects.of_agent(agent.agent_type).filter(completed_at__isnull=False)
    return runs.newest_first().values_list("completed_at", flat=True).first()
