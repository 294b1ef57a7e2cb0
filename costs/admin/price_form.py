from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from costs.models import ModelPrice
from costs.models.prices import FAST, LONG, RATES
from costs.price_editing import normalise_model, problems_of, require_key
from system.errors import DomainError
from system.money import text_of

AMOUNTS = (*RATES, *FAST, *LONG, "web_search")

if TYPE_CHECKING:
    _Form = forms.ModelForm[ModelPrice]
else:
    _Form = forms.ModelForm


class RateField(forms.DecimalField):
    """No exponent: 0.00000001 and not 1E-8."""

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else text_of(value)


class PriceForm(_Form):
    """The rules are those of costs.price_editing; here each message stands at its field."""

    class Meta:
        model = ModelPrice
        exclude = ("created_at", "updated_at")
        field_classes: ClassVar = dict.fromkeys(AMOUNTS, RateField)
        widgets: ClassVar = {name: UnfoldAdminDecimalFieldWidget(attrs={"step": "any"}) for name in AMOUNTS}

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
            self.add_error(field, f"{message[0].upper()}{message[1:]}.")
        try:
            require_key(price)
        except DomainError as error:
            self.add_error(error.field, error.detail)
