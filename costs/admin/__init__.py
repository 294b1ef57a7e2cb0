from costs.admin.budgets import BudgetAdmin, ReservationAdmin
from costs.admin.prices import ModelPriceAdmin
from costs.admin.reconciliation import DailyReconciliationAdmin
from costs.admin.records import CostRecordAdmin
from costs.admin.sums import CostTotalAdmin, DailyCostAdmin, DailyTotalAdmin, MonthlyCostSummaryAdmin

__all__ = [
    "BudgetAdmin",
    "CostRecordAdmin",
    "CostTotalAdmin",
    "DailyCostAdmin",
    "DailyReconciliationAdmin",
    "DailyTotalAdmin",
    "ModelPriceAdmin",
    "MonthlyCostSummaryAdmin",
    "ReservationAdmin",
]
