from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from costs.admin.exporting import ExportingAdmin
from costs.filters import AgentFilter, ModelFilter
from costs.models import CostTotal, DailyCost, DailyTotal, MonthlyCostSummary
from costs.summaries import update_monthly_summary
from system.admin_permissions import ReadOnlyAdmin
from system.admin_posting import PostAction, PostingAdmin
from system.errors import DomainError
from system.readable import read_amount, read_count
from system.roles import Role


class DayAdmin(ReadOnlyAdmin):
    """What DailyCost and DailyTotal show alike."""

    @display(description="Cost", ordering="cost_usd")
    def cost(self, row: Any) -> str:
        """What has no price is never shown as 0."""
        if not row.unpriced_records:
            return read_amount(row.cost_usd)
        unpriced = f"{read_count(row.unpriced_records)} unpriced"
        if row.unpriced_records == row.records:
            return unpriced
        return format_html("{}, {}", read_amount(row.cost_usd), unpriced)

    @display(description="Tokens", ordering="tokens_used")
    def tokens(self, row: Any) -> str:
        return read_count(row.tokens_used)

    @display(description="Cache saved", ordering="cache_saved_usd")
    def saved(self, row: Any) -> str:
        return read_amount(row.cache_saved_usd)


@admin.register(DailyCost)
class DailyCostAdmin(ExportingAdmin, DayAdmin):  # type: ignore[misc]  # unfold repeats Django's bases
    export_kind = "days"
    list_display = (
        "day", "agent", "model_shown", "node", "launched_by", "cost", "executions", "tokens", "records",
        "saved",
    )  # fmt: skip
    list_filter = (AgentFilter, ModelFilter, "node_id", "triggered_by", "day")
    ordering = ("-day", "agent_type", "model_used")

    @display(description="Agent", ordering="agent_type")
    def agent(self, row: DailyCost) -> str:
        return row.agent_type

    @display(description="Model", ordering="model_used")
    def model_shown(self, row: DailyCost) -> str:
        return row.model_used

    @display(description="Node", ordering="node_id")
    def node(self, row: DailyCost) -> str:
        return row.node_id

    @display(description="Launched by", ordering="triggered_by")
    def launched_by(self, row: DailyCost) -> str:
        return f"{row.triggered_by} {row.trigger_source}".rstrip()


@admin.register(DailyTotal)
class DailyTotalAdmin(DayAdmin):
    list_display = ("day", "cost", "executions", "tokens", "records", "saved")
    list_filter = ("day",)


@admin.register(CostTotal)
class CostTotalAdmin(ReadOnlyAdmin):
    """What /metrics counts: whatever was ever recorded, deleted or priced anew since or not."""

    list_display = ("agent_type", "model_used", "cost", "records", "input_tokens", "output_tokens")
    list_filter = (AgentFilter, ModelFilter)
    ordering = ("agent_type", "model_used")

    @display(description="Cost", ordering="cost_usd")
    def cost(self, row: CostTotal) -> str:
        return read_amount(row.cost_usd)


@admin.register(MonthlyCostSummary)
class MonthlyCostSummaryAdmin(ExportingAdmin, PostingAdmin):  # type: ignore[misc]  # unfold repeats Django's bases
    export_kind = "months"
    list_display = ("month_shown", "cost", "executions", "average", "tokens", "last_updated")
    ordering = ("-year", "-month")
    list_filter = ("year",)
    fields = (
        "month_shown", "total_cost_usd", "avg_cost_per_execution", "total_executions", "total_tokens",
        "avg_tokens_per_execution", "cost_by_agent_type", "last_updated",
    )  # fmt: skip
    readonly_fields = ("month_shown", "last_updated")

    @display(description="Month")
    def month_shown(self, row: MonthlyCostSummary) -> str:
        return str(row)

    @display(description="Cost", ordering="total_cost_usd")
    def cost(self, row: MonthlyCostSummary) -> str:
        return read_amount(row.total_cost_usd)

    @display(description="Executions", ordering="total_executions")
    def executions(self, row: MonthlyCostSummary) -> str:
        return read_count(row.total_executions)

    @display(description="Each execution", ordering="avg_cost_per_execution")
    def average(self, row: MonthlyCostSummary) -> str:
        return read_amount(row.avg_cost_per_execution)

    @display(description="Tokens", ordering="total_tokens")
    def tokens(self, row: MonthlyCostSummary) -> str:
        return read_count(row.total_tokens)

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction(
                name="recompute",
                label="Recompute",
                icon="calculate",
                role=Role.OPERATOR,
                perform=self._recompute,
            )
        ]

    def _recompute(self, request: HttpRequest, row: MonthlyCostSummary) -> HttpResponse:
        try:
            update_monthly_summary(row.year, row.month)
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"{row} is summed up anew from its days.")
        return HttpResponseRedirect(reverse("admin:costs_monthlycostsummary_change", args=[row.pk]))
