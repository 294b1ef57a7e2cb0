from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from costs.admin.amounts import AmountField, amount_input, by_label
from costs.budgets.checking import normalise_budget, problems_of
from costs.models import Budget

if TYPE_CHECKING:
    _Form = forms.ModelForm[Budget]
else:
    _Form = forms.ModelForm


class BudgetForm(_Form):
    """The rules are those of costs.budgets.checking; here each message stands at its field."""

    class Meta:
        model = Budget
        fields = (
            "name", "scope", "scope_value", "period", "amount_usd", "max_runs", "max_tokens", "max_turns",
            "is_hard", "enabled",
        )  # fmt: skip
        labels: ClassVar = {
            "scope": "Holds for", "scope_value": "Which one", "period": "Each", "amount_usd": "USD",
            "max_runs": "Runs", "max_tokens": "Tokens", "max_turns": "Requests", "is_hard": "Stop at the cap",
        }  # fmt: skip
        help_texts: ClassVar = {
            "scope_value": "the agent's or schedule's slug, model's id or node's name; empty for everything",
            "amount_usd": "",
            "max_runs": "not of a model, and not of one execution",
            "is_hard": "off: an alert says that it was passed, and nothing is stopped",
        }
        field_classes: ClassVar = {"amount_usd": AmountField}
        widgets: ClassVar = {"amount_usd": amount_input()}

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            self._check()
        return self.cleaned_data

    def _check(self) -> None:
        budget = copy(self.instance)
        for name, value in self.cleaned_data.items():
            setattr(budget, name, value)
        normalise_budget(budget)
        self.cleaned_data["scope_value"] = budget.scope_value
        for field, message in problems_of(budget):
            self.add_error(field, by_label(self, message))
