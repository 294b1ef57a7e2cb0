from django.contrib import admin
from unfold.decorators import display

from costs.models import DailyCost, MonthlyCostSummary
from system.admin_permissions import ReadOnlyAdmin
from system.readable import read_usd


@admin.register(DailyCost)
class DailyCostAdmin(ReadOnlyAdmin):
    list_display = (
        "day", "agent_type", "model_used", "node_id", "cost", "tokens_used", "records", "unpriced",
    )  # fmt: skip
    list_filter = ("agent_type", "model_used", "node_id")
    ordering = ("-day", "agent_type", "model_used")

    @display(description="Cost", ordering="cost_usd")
    def cost(self, row: DailyCost) -> str:
        return read_usd(row.cost_usd)

    @display(description="Unpriced", ordering="unpriced_records")
    def unpriced(self, row: DailyCost) -> int:
        return row.unpriced_records


@admin.register(MonthlyCostSummary)
class MonthlyCostSummaryAdmin(ReadOnlyAdmin):
    list_display = ("month_shown", "cost", "total_executions", "average", "total_tokens", "last_updated")
    ordering = ("-year", "-month")

    @display(description="Month")
    def month_shown(self, row: MonthlyCostSummary) -> str:
        return str(row)

    @display(description="Cost", ordering="total_cost_usd")
    def cost(self, row: MonthlyCostSummary) -> str:
        return read_usd(row.total_cost_usd)

    @display(description="Each execution", ordering="avg_cost_per_execution")
    def average(self, row: MonthlyCostSummary) -> str:
        return read_usd(row.avg_cost_per_execution)
