from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from agents.agent_form import ConfigurationField
from scheduling.checking import normalise_schedule, problems_of
from scheduling.models import Schedule
from system.models import Node

if TYPE_CHECKING:
    _Form = forms.ModelForm[Schedule]
else:
    _Form = forms.ModelForm

# How the API names what stands under another name here.
FORM_NAMES = {"agent_type": "agent"}


class ScheduleForm(_Form):
    """The rules are those of scheduling.checking; here each message stands at its field."""

    node_ids = forms.MultipleChoiceField(
        label="Nodes",
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="each due time runs once on each of them; none: on one node, whichever fires it",
    )
    execution_config = ConfigurationField(
        label="Overrides",
        required=False,
        initial=dict,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4, "class": "code-editor", "spellcheck": "false"}),
        help_text='what its runs have otherwise than the agent: {"thresholds": {…}, "analysis": {…}}',
    )

    class Meta:
        model = Schedule
        fields = (
            "name", "agent", "cron_expression", "timezone", "starts_at", "ends_at", "jitter_seconds",
            "max_executions", "missed_policy", "catch_up_limit", "overlap_policy", "node_ids",
            "execution_config",
        )  # fmt: skip
        labels: ClassVar = {
            "cron_expression": "Cron", "timezone": "Time zone", "starts_at": "From", "ends_at": "Until",
            "jitter_seconds": "Jitter", "max_executions": "Runs at most", "missed_policy": "If missed",
            "catch_up_limit": "Catch up on", "overlap_policy": "If the last one still runs",
        }  # fmt: skip
        help_texts: ClassVar = {
            "cron_expression": "minute hour day month weekday, as in 0 3 * * MON-FRI; or @daily",
            "timezone": "in which the expression is read",
            "jitter_seconds": "seconds; each due time is launched up to so much later",
        }
        widgets: ClassVar = {
            "cron_expression": UnfoldAdminTextInputWidget(
                attrs={"list": "cron-presets", "autocomplete": "off", "spellcheck": "false"}
            ),
            "timezone": UnfoldAdminTextInputWidget(attrs={"list": "time-zones", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "node_ids" in self.fields:
            self.fields["node_ids"].choices = [(node, node) for node in self._nodes()]  # type: ignore[attr-defined]
        for name in ("starts_at", "ends_at"):
            if name in self.fields:
                self.fields[name].help_text = f"in {settings.TIME_ZONE}; {self.fields[name].help_text}"

    def _nodes(self) -> list[str]:
        """Also one that is gone and still named, so that it is seen and can be taken out."""
        known = {settings.NODE_NAME, *Node.objects.values_list("name", flat=True)}
        named = self.instance.node_ids if isinstance(self.instance.node_ids, list) else []
        return sorted(known | {node for node in named if isinstance(node, str)})

    def clean_execution_config(self) -> Any:
        config = self.cleaned_data["execution_config"]
        return {} if config is None else config

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            self._check()
        return self.cleaned_data

    def _check(self) -> None:
        schedule = copy(self.instance)
        for name, value in self.cleaned_data.items():
            setattr(schedule, name, value)
        normalise_schedule(schedule)
        for name in ("name", "cron_expression", "timezone"):
            self.cleaned_data[name] = getattr(schedule, name)
        for field, message in problems_of(schedule):
            base, _, path = field.partition(".")
            self.add_error(FORM_NAMES.get(base, base), f"{path}: {message}" if path else message)

    def fields_to_store(self) -> dict[str, Any]:
        """What was changed (of a new one: all), as the editing functions take it."""
        names = self.changed_data if self.instance.pk else list(self.cleaned_data)
        found = {name: self.cleaned_data[name] for name in names}
        agent = found.pop("agent", None)
        return found if agent is None else {**found, "agent_type": agent.agent_type}
