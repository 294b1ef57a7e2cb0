from costs.models.budgets import Budget, Period, Reservation, Scope
from costs.models.daily import DailyCost
from costs.models.prices import ModelPrice
from costs.models.reconciliation import DailyReconciliation
from costs.models.records import CostRecord
from costs.models.summaries import MonthlyCostSummary
from costs.models.totals import CostTotal, DailyTotal

__all__ = [
    "Budget",
    "CostRecord",
    "CostTotal",
    "DailyCost",
    "DailyReconciliation",
    "DailyTotal",
    "ModelPrice",
    "MonthlyCostSummary",
    "Period",
    "Reservation",
    "Scope",
]
