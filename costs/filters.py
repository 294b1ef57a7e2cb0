from collections.abc import Iterable

from costs.models import DailyCost
from system.admin_filters import KnownValuesFilter


class ColumnFilter(KnownValuesFilter):
    def known_values(self) -> Iterable[str]:
        return DailyCost.objects.values_list(self.parameter_name, flat=True).distinct()


class ModelFilter(ColumnFilter):
    title = "model"
    parameter_name = "model_used"


class AgentFilter(ColumnFilter):
    title = "agent"
    parameter_name = "agent_type"
