from collections.abc import Iterable

from executions.models import DailyExecutions, Execution
from system.admin_filters import KnownValuesFilter


class ColumnFilter(KnownValuesFilter):
    """What has ended is counted by day; what has not is few."""

    def known_values(self) -> Iterable[str]:
        ended = DailyExecutions.objects.values_list(self.parameter_name, flat=True).distinct()
        active = Execution.objects.active().order_by().values_list(self.parameter_name, flat=True).distinct()
        return [*ended, *active]


class AgentFilter(ColumnFilter):
    title = "agent"
    parameter_name = "agent_type"


class NodeFilter(ColumnFilter):
    title = "node"
    parameter_name = "node_id"
