from django.contrib import admin
from unfold.decorators import display

from costs.filters import AgentFilter, ModelFilter
from costs.models import CostRecord, DailyCost, MonthlyCostSummary
from system.admin_permissions import LongTableAdmin, ReadOnlyAdmin
from system.readable import read_count, read_usd


@admin.register(CostRecord)
class CostRecordAdmin(LongTableAdmin):
    """The ledger: written by costs.services, corrected by nobody."""

    list_display = (
        "model_used", "agent_type", "price", "tokens_shown", "cache_hit", "is_complete", "timestamp",
    )  # fmt: skip
    list_filter = (ModelFilter, AgentFilter, "is_complete", "timestamp")
    search_fields = ("=request_id",)
    search_help_text = "Whole request id"

    @display(description="Cost")
    def price(self, record: CostRecord) -> str:
        return "unpriced" if record.total_cost_usd is None else read_usd(record.total_cost_usd)

    @display(description="Tokens")
    def tokens_shown(self, record: CostRecord) -> str:
        return read_count(record.tokens)


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
