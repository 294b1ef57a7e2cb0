from costs.models.daily import DailyCost
from costs.models.records import CostRecord
from costs.models.summaries import MonthlyCostSummary

__all__ = ["CostRecord", "DailyCost", "MonthlyCostSummary"]
