from django.contrib import admin
from unfold.decorators import display

from costs.admin.exporting import ExportingAdmin
from costs.filters import AgentFilter, ModelFilter, NodeFilter, PriceFilter, SourceFilter
from costs.models import CostRecord
from system.admin_permissions import LongTableAdmin
from system.readable import read_amount, read_count


@admin.register(CostRecord)
class CostRecordAdmin(ExportingAdmin, LongTableAdmin):  # type: ignore[misc]  # unfold repeats Django's bases
    """The ledger: written by costs.services, corrected by nobody."""

    list_display = (
        "timestamp", "agent", "model_shown", "price", "tokens_shown", "from_cache", "node", "cut_off",
    )  # fmt: skip
    list_filter = (
        ModelFilter, AgentFilter, NodeFilter, "triggered_by", SourceFilter, PriceFilter, "is_complete",
        "timestamp",
    )  # fmt: skip
    fields = (
        "timestamp", "execution", "agent_type", "node_id", "triggered_by", "trigger_source", "model_used",
        "input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens", "total_cost_usd",
        "input_cost_usd", "output_cost_usd", "cache_write_cost_usd", "cache_read_cost_usd",
        "web_search_cost_usd", "cache_saved_usd", "batchable_usd", "request_id", "response_time_ms",
        "is_complete", "usage",
    )  # fmt: skip
    ordering = ("-timestamp",)
    search_fields = ("request_id__exact",)  # by its index: `=` would ignore case, and read all
    search_help_text = "Whole request id"

    @display(description="Cost")
    def price(self, record: CostRecord) -> str:
        return "unpriced" if record.total_cost_usd is None else read_amount(record.total_cost_usd)

    @display(description="Agent")
    def agent(self, record: CostRecord) -> str:
        return record.agent_type

    @display(description="Model")
    def model_shown(self, record: CostRecord) -> str:
        return record.model_used

    @display(description="Node")
    def node(self, record: CostRecord) -> str:
        return record.node_id

    @display(description="Read from cache")
    def from_cache(self, record: CostRecord) -> str:
        return read_count(record.cache_read_tokens)

    @display(description="Answer", label={"Cut off": "warning", "Whole": "success"})
    def cut_off(self, record: CostRecord) -> str:
        return "Whole" if record.is_complete else "Cut off"

    @display(description="Tokens")
    def tokens_shown(self, record: CostRecord) -> str:
        return read_count(record.tokens)
