from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from system.errors import Invalid
from system.models import ApiToken
from system.tokens import AREAS, checked_name

FOR_DAYS = {"30": "30 days", "90": "90 days", "365": "a year", "": "for ever"}

if TYPE_CHECKING:
    _Form = forms.ModelForm[ApiToken]
else:
    _Form = forms.ModelForm


class TokenForm(_Form):
    """What a new token is for. It cannot be changed later: who needs another makes another."""

    areas = forms.MultipleChoiceField(
        choices=[(area, area) for area in AREAS],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What it opens; none is all. An agent that runs elsewhere needs tracking alone.",
    )
    good_for = forms.ChoiceField(
        choices=list(FOR_DAYS.items()), initial="90", required=False, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = ApiToken
        fields = ("name", "role")
        help_texts = {"role": "viewer reads; operator also runs, cancels and tracks; admin also configures"}

    def clean_name(self) -> str:
        try:
            return checked_name(self.cleaned_data["name"])
        except Invalid as error:
            raise forms.ValidationError(error.detail) from error

    def clean_areas(self) -> str:
        """As the column has them, which the form would else set to a list."""
        return " ".join(sorted(self.cleaned_data["areas"]))

    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["good_for"]
        return timezone.now() + timedelta(days=int(days)) if days else None
