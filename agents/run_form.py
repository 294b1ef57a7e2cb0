"""A run with changes: what of an agent may be otherwise for one run, as a form."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from agents.agent_form import ConfigurationField
from agents.overrides import OVERRIDABLE
from system.errors import DomainError
from system.models import Node

PREFIX = "overrides."


def _editor(rows: int) -> UnfoldAdminTextareaWidget:
    return UnfoldAdminTextareaWidget(attrs={"rows": rows, "class": "code-editor", "spellcheck": "false"})


class OverrideField(ConfigurationField):
    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)


class RunForm(forms.Form):
    """What stays empty stays as the agent has it."""

    analysis = OverrideField(
        required=False,
        widget=_editor(8),
        help_text='Who writes the report, and how: for instance {"analyst": "rules"} or {"model": "…"}.',
    )
    thresholds = OverrideField(
        required=False,
        widget=_editor(8),
        help_text='From where on something is a warning: {"disk_percent": {"warning": 70, "critical": 90}}.',
    )
    node_id = forms.ChoiceField(label="Node", widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {settings.NODE_NAME, *Node.objects.values_list("name", flat=True)}
        node_id = self.fields["node_id"]
        assert isinstance(node_id, forms.ChoiceField)  # noqa: S101 (for the type alone)
        node_id.choices = [(name, name) for name in sorted(names)]

    @property
    def overrides(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in OVERRIDABLE if self.cleaned_data.get(name)}

    def tell(self, error: DomainError) -> None:
        """Put it at the field that it names, with the path inside of it."""
        field, _, path = (error.field or "").removeprefix(PREFIX).partition(".")
        if field not in self.fields:
            self.add_error(None, f"{error.title}: {error.detail}")
            return
        detail = error.detail.removeprefix(f"{field}.{path}: ").removeprefix(f"{field}: ")
        self.add_error(field, f"{path}: {detail}" if path else detail)


def initial_of(overrides: Mapping[str, Any] | None, node_id: str) -> dict[str, Any]:
    given = overrides if isinstance(overrides, Mapping) else {}
    return {"node_id": node_id, **{name: given[name] for name in OVERRIDABLE if name in given}}
