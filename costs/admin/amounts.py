"""Amounts of USD in forms, and what is said of them there."""

import re
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from system.money import text_of


class AmountField(forms.DecimalField):
    """No exponent: 0.00000001 and not 1E-8."""

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else text_of(value)


def amount_input() -> UnfoldAdminDecimalFieldWidget:
    """One that takes any number of places."""
    return UnfoldAdminDecimalFieldWidget(attrs={"step": "any"})


def by_label(form: forms.BaseForm, message: str) -> str:
    """`message`, which names fields as the API has them, with the names that stand on the form."""

    def label(name: re.Match[str]) -> str:
        field = form.fields.get(name[0])
        return name[0] if field is None else str(field.label)

    return re.sub(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", label, message)
