from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import display

from costs.admin.exporting import ExportingAdmin
from costs.filters import AgentFilter, ModelFilter
from costs.models import DailyCost, DailyTotal, MonthlyCostSummary
from costs.summaries import update_monthly_summary
from system.admin_permissions import ReadOnlyAdmin
from system.admin_posting import PostAction, PostingAdmin
from system.errors import DomainError
from system.readable import read_count, read_usd
from system.roles import Role


class DayAdmin(ReadOnlyAdmin):
    """What DailyCost and DailyTotal show alike."""

    @display(description="Cost", ordering="cost_usd")
    def cost(self, row: Any) -> str:
        return read_usd(row.cost_usd)

    @display(description="Tokens", ordering="tokens_used")
    def tokens(self, row: Any) -> str:
        return read_count(row.tokens_used)

    @display(description="Unpriced", ordering="unpriced_records")
    def unpriced(self, row: Any) -> int:
        return int(row.unpriced_records)

    @display(description="Saved by caching", ordering="cache_saved_usd")
    def saved(self, row: Any) -> str:
        return read_usd(row.cache_saved_usd)


@admin.register(DailyCost)
class DailyCostAdmin(ExportingAdmin, DayAdmin):  # type: ignore[misc]  # unfold repeats Django's bases
    export_kind = "days"
    list_display = (
        "day", "agent_type", "model_used", "node_id", "launched_by", "cost", "executions", "tokens",
        "records", "unpriced", "saved",
    )  # fmt: skip
    list_filter = (AgentFilter, ModelFilter, "node_id", "triggered_by", "day")
    ordering = ("-day", "agent_type", "model_used")

    @display(description="Launched by", ordering="triggered_by")
    def launched_by(self, row: DailyCost) -> str:
        return f"{row.triggered_by} {row.trigger_source}".rstrip()


@admin.register(DailyTotal)
class DailyTotalAdmin(DayAdmin):
    list_display = ("day", "cost", "executions", "tokens", "records", "unpriced", "saved")
    list_filter = ("day",)


@admin.register(MonthlyCostSummary)
class MonthlyCostSummaryAdmin(ExportingAdmin, PostingAdmin):  # type: ignore[misc]  # unfold repeats Django's bases
    export_kind = "months"
    list_display = ("month_shown", "cost", "total_executions", "average", "tokens", "last_updated")
    ordering = ("-year", "-month")
    list_filter = ("year",)

    @display(description="Month")
    def month_shown(self, row: MonthlyCostSummary) -> str:
        return str(row)

    @display(description="Cost", ordering="total_cost_usd")
    def cost(self, row: MonthlyCostSummary) -> str:
        return read_usd(row.total_cost_usd)

    @display(description="Each execution", ordering="avg_cost_per_execution")
    def average(self, row: MonthlyCostSummary) -> str:
        return read_usd(row.avg_cost_per_execution)

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
