from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from unfold.decorators import display

from costs.admin.budget_form import BudgetForm
from costs.budgets.checking import is_unheard_of
from costs.budgets.usage import BudgetState, states_of
from costs.budgets.wording import allowed_text, rounded_text, scope_of
from costs.models import Budget, Reservation
from system.admin_permissions import LongTableAdmin, RoleModelAdmin
from system.readable import NOTHING, read_amount

OF_EACH_RUN = "Each run has its own"
CHECK_ITS_NAME = "Unless it is new, see whether its name is right: until then this budget holds nothing back."


@admin.register(Budget)
class BudgetAdmin(RoleModelAdmin):
    form = BudgetForm
    list_display = ("name", "holds_for", "period", "allows", "used", "status", "at_the_cap", "resets")
    list_filter = ("scope", "period", "is_hard", "enabled")
    search_fields = ("name", "scope_value")
    ordering = ("name",)
    actions = None
    when_empty = "No budget yet: only what the agents' own limits say holds spending back."
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": ("name", ("scope", "scope_value"), "period")}),
        (
            "Caps",
            {
                "fields": (("amount_usd", "max_runs"), ("max_tokens", "max_turns")),
                "description": "At least one. A request is sent only if its dearest outcome fits under all.",
            },
        ),
        ("At the cap", {"fields": (("is_hard", "enabled"),)}),
    )

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Each row with its state, measured for the whole page at once."""
        page = super().get_changelist_instance(request)
        rows = list(page.result_list)
        for row, state in zip(rows, states_of(rows, timezone.now()), strict=True):
            row.state = state
        page.result_list = rows
        return page

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The API and the alerts know a budget by its name, which therefore stays."""
        return ("name",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if is_unheard_of(obj):
            messages.warning(request, f"Nothing in the ledger is of {scope_of(obj)} yet. {CHECK_ITS_NAME}")

    @display(description="For", ordering="scope")
    def holds_for(self, budget: Budget) -> str:
        return scope_of(budget)

    @display(description="Allows")
    def allows(self, budget: Budget) -> str:
        return allowed_text(budget)

    @display(description="Used")
    def used(self, budget: Budget) -> str:
        state = _state_of(budget)
        if state.share is None:
            return OF_EACH_RUN
        percent = f"{state.share * 100:.1f}"
        used = ", ".join(rounded_text(cap.column, cap.spent) for cap in state.caps)
        bar = {"title": used, "description": f"{percent} %", "value": min(float(percent), 100.0)}
        return render_to_string("unfold/components/progress.html", bar)

    @display(
        description="Status",
        label={"Open": "success", "Nearly used": "warning", "Used up": "danger", "Disabled": "info"},
    )
    def status(self, budget: Budget) -> str:
        state = _state_of(budget)
        if not budget.enabled:
            return "Disabled"
        if state.is_exhausted:
            return "Used up"
        return "Nearly used" if state.share is not None and state.share * 100 >= 80 else "Open"

    @display(description="At the cap", ordering="is_hard")
    def at_the_cap(self, budget: Budget) -> str:
        return "Stops" if budget.is_hard else "Alerts"

    @display(description="Resets")
    def resets(self, budget: Budget) -> str:
        window = _state_of(budget).window
        return NOTHING if window is None else f"{timezone.localtime(window.resets_at):%Y-%m-%d %H:%M}"


def _state_of(budget: Any) -> BudgetState:
    state: BudgetState = budget.state
    return state


@admin.register(Reservation)
class ReservationAdmin(LongTableAdmin):
    """Requests that are on their way; empty whenever nothing is asked of a model."""

    list_display = ("agent_type", "model_used", "node_id", "dearest", "tokens", "created_at")

    @display(description="Could cost")
    def dearest(self, reservation: Reservation) -> str:
        return read_amount(reservation.cost_usd)
