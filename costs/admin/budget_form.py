from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from costs.budgets.checking import normalise_budget, problems_of
from costs.models import Budget
from system.money import text_of

if TYPE_CHECKING:
    _Form = forms.ModelForm[Budget]
else:
    _Form = forms.ModelForm


class AmountField(forms.DecimalField):
    """No exponent: 0.00000001 and not 1E-8."""

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else text_of(value)


class BudgetForm(_Form):
    """The rules are those of costs.budgets.checking; here each message stands at its field."""

    class Meta:
        model = Budget
        fields = (
            "name", "scope", "scope_value", "period", "amount_usd", "max_runs", "max_tokens", "max_turns",
            "is_hard", "enabled",
        )  # fmt: skip
        field_classes: ClassVar = {"amount_usd": AmountField}
        widgets: ClassVar = {"amount_usd": UnfoldAdminDecimalFieldWidget(attrs={"step": "any"})}

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
            self.add_error(field, message)
