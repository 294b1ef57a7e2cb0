import json
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.forms.fields import InvalidJSONInput
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from agents.documents import SETTINGS
from agents.editing import RESERVED, ChangedMeanwhile, require_seen
from agents.models import AgentConfiguration
from agents.transfer.reading import Unreadable, read_yaml
from executions.text import without_nul
from system.exact_json import misfits_in
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
            found = json.loads(shown)
            # What a page could not be sent with is shown as its escape.
            return json.dumps(found, indent=2) if any(misfits_in(found)) else read_json(found)
        except (TypeError, ValueError, RecursionError):
            return shown

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput(data)

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
        except (forms.ValidationError, RecursionError) as error:
            if isinstance(value, str) and value.lstrip()[:1] not in ("{", "[", '"'):
                return _read_yaml(value)
            raise forms.ValidationError(_why_no_json(value), code="invalid") from error
        for path, problem in misfits_in(found):
            raise forms.ValidationError(f"{path}: {problem}." if path else f"{problem}.", code="invalid")
        return found


def _read_yaml(text: str) -> Any:
    try:
        return read_yaml(text).value
    except Unreadable as error:
        raise forms.ValidationError(
            f"This is not JSON, and as YAML: {error.detail}", code="invalid"
        ) from error


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

    comment = forms.CharField(
        label="What has changed, and why",
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text="optional; it stands beside the version that saving makes",
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = AgentConfiguration
        widgets: ClassVar = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}
        fields = (
            "agent_type", "name", "description", "version", "enabled", "config", "max_cost_per_execution",
            "max_duration_ms", "timeout_ms", "max_concurrent_executions", "cooldown_ms",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.revision

    def clean_agent_type(self) -> str:
        agent_type: str = self.cleaned_data["agent_type"]
        if agent_type in RESERVED:
            raise forms.ValidationError(f"{agent_type} is the name of a route of the API.")
        return agent_type

    def clean_seen(self) -> int | None:
        """The form is checked while nobody else can save. Once told, who saves again puts theirs over it."""
        seen: int | None = self.cleaned_data["seen"]
        try:
            require_seen(AgentConfiguration.objects.get(pk=self.instance.pk), seen)
        except AgentConfiguration.DoesNotExist:
            return None  # it is a new one
        except ChangedMeanwhile as error:
            self.data = {**self.data.dict(), "seen": str(self.instance.revision)}  # type: ignore[attr-defined]
            self.add_error(None, f"{error.detail} Saving once more puts yours over it.")
        return seen

    def fields_to_store(self) -> dict[str, Any]:
        """As the editing functions take them."""
        return {name: self.cleaned_data[name] for name in SETTINGS}

    def clean_config(self) -> Any:
        config = self.cleaned_data["config"]
        if without_nul(config) != config:
            raise forms.ValidationError("A text in it holds a NUL character, which PostgreSQL cannot store.")
        return config
