"""What has ended: the last runs of each agent as a strip, and the last ones of all."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Min
from django.utils.safestring import SafeString

from agents.models import AgentConfiguration
from claudeops.dashboard import agent_performance
from claudeops.front_page.drawing import draw_cells
from claudeops.front_page.strips import Cell, cells_of, strip_runs
from executions.models import ENDED, Execution, Status
from executions.statistics import percent
from scheduling.models import Schedule

MOST_AGENTS = 12
RECENT = 12
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class AgentNow:
    """`key` is of its configuration, which an agent that runs elsewhere has not."""

    name: str
    agent_type: str
    key: int | None
    is_enabled: bool
    cells: list[Cell]
    typical_ms: float
    average_usd: Decimal
    last: datetime | None
    next_run: datetime | None

    @property
    def strip(self) -> SafeString:
        return draw_cells(self.cells)

    @property
    def success(self) -> float | None:
        """Percent of the ended runs of the strip."""
        ended = [cell for cell in self.cells if cell.status in ENDED]
        good = sum(cell.status == Status.COMPLETED for cell in ended)
        return percent(good, len(ended)) if ended else None


def agents_now() -> list[AgentNow]:
    """Those that ran last first, then those that never have. Six queries, however many agents there are."""
    known = {agent.agent_type: agent for agent in AgentConfiguration.objects.defer("config")}
    sums = {row["agent_type"]: row for row in agent_performance()["items"]}
    ran = sorted(sums, key=lambda agent_type: sums[agent_type]["last_executed"] or NEVER, reverse=True)
    shown = [*ran, *(agent_type for agent_type in known if agent_type not in sums)][:MOST_AGENTS]
    strips = cells_of(strip_runs(shown))
    coming = dict(
        Schedule.objects.filter(enabled=True).order_by().values_list("agent_id").annotate(Min("next_run"))
    )
    return [
        _agent(agent_type, known.get(agent_type), sums.get(agent_type, {}), strips[agent_type], coming)
        for agent_type in shown
    ]


def _agent(
    agent_type: str,
    agent: AgentConfiguration | None,
    sums: dict[str, Any],
    cells: list[Cell],
    coming: dict[str, datetime | None],
) -> AgentNow:
    is_enabled = agent is None or agent.enabled
    return AgentNow(
        name=agent.name if agent else agent_type,
        agent_type=agent_type,
        key=agent.pk if agent else None,
        is_enabled=is_enabled,
        cells=cells,
        typical_ms=sums.get("avg_duration", 0),
        average_usd=sums.get("avg_cost", Decimal(0)),
        last=sums.get("last_executed"),
        next_run=coming.get(agent_type) if is_enabled else None,
    )


def recent_runs() -> list[Execution]:
    rows = Execution.objects.filter(completed_at__isnull=False).defer("raw_output", "execution_context")
    return list(rows.newest_first()[:RECENT])
