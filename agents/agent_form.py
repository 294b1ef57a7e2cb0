import json
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.forms.fields import InvalidJSONInput
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget

from agents.models import AgentConfiguration
from executions.text import without_nul
from system.money import PLACES, text_of
from system.readable import read_json
from system.setting_form import json_editor

EXAMPLE = {
    "steps": [
        {"name": "CPU", "type": "command", "probe": "cpu"},
        {"name": "Analyse", "type": "analysis"},
    ]
}


class ConfigurationField(forms.JSONField):
    """JSON as a person edits it: indented, and with the place where it stops being JSON."""

    widget = json_editor()

    def prepare_value(self, value: Any) -> Any:
        shown = super().prepare_value(value)
        try:
            return read_json(json.loads(shown))
        except (TypeError, ValueError, RecursionError):
            return shown

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput(data)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (forms.ValidationError, RecursionError) as error:
            raise forms.ValidationError(_why_no_json(value), code="invalid") from error


def _why_no_json(text: Any) -> str:
    try:
        json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        return f"This is not JSON: {error}."
    return "This is not JSON."


class UsdFormField(forms.DecimalField):
    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else text_of(value)


if TYPE_CHECKING:
    _Form = forms.ModelForm[AgentConfiguration]
else:
    _Form = forms.ModelForm


class AgentForm(_Form):
    config = ConfigurationField(
        initial=EXAMPLE,
        help_text="The steps, in order; thresholds that differ from the settings'; who writes the report.",
    )
    max_cost_per_execution = UsdFormField(
        required=False,
        min_value=0,
        max_digits=19,
        decimal_places=PLACES,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "any"}),
        help_text=AgentConfiguration._meta.get_field("max_cost_per_execution").help_text,
    )

    class Meta:
        model = AgentConfiguration
        widgets: ClassVar = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}
        fields = (
            "agent_type", "name", "description", "version", "enabled", "config", "max_cost_per_execution",
            "max_duration_ms", "timeout_ms", "max_concurrent_executions", "cooldown_ms",
        )  # fmt: skip

    def clean_config(self) -> Any:
        config = self.cleaned_data["config"]
        if without_nul(config) != config:
            raise forms.ValidationError("A text in it holds a NUL character, which PostgreSQL cannot store.")
        return config
