from costs.admin.records import CostRecordAdmin
from costs.admin.sums import DailyCostAdmin, MonthlyCostSummaryAdmin

__all__ = ["CostRecordAdmin", "DailyCostAdmin", "MonthlyCostSummaryAdmin"]
