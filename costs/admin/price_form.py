from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from costs.admin.amounts import AmountField, amount_input, by_label
from costs.models import ModelPrice
from costs.models.prices import FAST, LONG, RATES
from costs.price_editing import normalise_model, problems_of, require_key
from system.errors import DomainError

AMOUNTS = (*RATES, *FAST, *LONG, "web_search")
NAMES = ("Input", "Output", "Cache written for 5 min", "Cache written for 1 h", "Cache read")

if TYPE_CHECKING:
    _Form = forms.ModelForm[ModelPrice]
else:
    _Form = forms.ModelForm


class PriceForm(_Form):
    """The rules are those of costs.price_editing; here each message stands at its field."""

    class Meta:
        model = ModelPrice
        exclude = ("created_at", "updated_at")
        labels: ClassVar = {
            **dict(zip((*RATES, *FAST, *LONG), NAMES * 3, strict=True)),
            "long_above": "Above", "batch_percent": "Batch, %", "us_percent": "Only in the US, %",
        }  # fmt: skip
        help_texts: ClassVar = {
            **dict.fromkeys((*RATES, *FAST, *LONG), ""),
            "batch_percent": "of the standard rates",
            "us_percent": "of the standard rates",
        }
        field_classes: ClassVar = dict.fromkeys(AMOUNTS, AmountField)
        widgets: ClassVar = {name: amount_input() for name in AMOUNTS}

    def clean_model(self) -> str:
        try:
            return normalise_model(self.cleaned_data["model"])
        except DomainError as error:
            raise forms.ValidationError(error.detail) from error

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            self._check()
        return self.cleaned_data

    def _check(self) -> None:
        price = copy(self.instance)
        for name, value in self.cleaned_data.items():
            setattr(price, name, value)
        for field, message in problems_of(price):
            said = by_label(self, message)
            self.add_error(field, f"{said[0].upper()}{said[1:]}.")
        try:
            require_key(price)
        except DomainError as error:
            self.add_error(error.field, error.detail)
