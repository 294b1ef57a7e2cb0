from django.contrib import admin
from unfold.decorators import display

from costs.admin.exporting import ExportingAdmin
from costs.filters import AgentFilter, ModelFilter
from costs.models import CostRecord
from system.admin_permissions import LongTableAdmin
from system.readable import read_count, read_usd


@admin.register(CostRecord)
class CostRecordAdmin(ExportingAdmin, LongTableAdmin):  # type: ignore[misc]  # unfold repeats Django's bases
    """The ledger: written by costs.services, corrected by nobody."""

    list_display = (
        "model_used", "agent_type", "price", "tokens_shown", "cache_hit", "is_complete", "timestamp",
    )  # fmt: skip
    list_filter = (ModelFilter, AgentFilter, "is_complete", "timestamp")
    ordering = ("-timestamp",)
    search_fields = ("=request_id",)
    search_help_text = "Whole request id"

    @display(description="Cost")
    def price(self, record: CostRecord) -> str:
        return "unpriced" if record.total_cost_usd is None else read_usd(record.total_cost_usd)

    @display(description="Tokens")
    def tokens_shown(self, record: CostRecord) -> str:
        return read_count(record.tokens)
