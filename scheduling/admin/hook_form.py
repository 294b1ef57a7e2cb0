from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from agents.agent_form import ConfigurationField
from scheduling.hooks.checking import problems_of
from scheduling.hooks.editing import with_recipe
from scheduling.hooks.keys import check_secret
from scheduling.hooks.recipes import RECIPES
from scheduling.models import Hook, Scheme
from system.errors import Invalid
from system.models import Node

if TYPE_CHECKING:
    _Form = forms.ModelForm[Hook]
else:
    _Form = forms.ModelForm

# How the API names what stands under another name here.
FORM_NAMES = {"agent_type": "agent"}
# What a recipe fills in where it is left empty.
BY_RECIPE = ("scheme", "mapping", "filters")
ONLY_NEW = ("recipe", "scheme", "secret")
CODE = {"class": "code-editor", "spellcheck": "false"}


def code_area(rows: int) -> UnfoldAdminTextareaWidget:
    return UnfoldAdminTextareaWidget(attrs={"rows": rows, **CODE})


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = str(super().clean(value)).splitlines()
        return [line.strip() for line in lines if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), self.prepare_value(data))


class HookForm(_Form):
    """The rules are those of scheduling.hooks.checking; here each message stands at its field.

    Slug, recipe, scheme and secret are there while a hook is new: after that they stay, or are rotated.
    """

    recipe = forms.ChoiceField(
        required=False,
        choices=[("", "—"), *((recipe.name, recipe.title) for recipe in RECIPES)],
        widget=UnfoldAdminSelectWidget,
        help_text="the tool that sends; it fills in what is left empty here",
    )
    scheme = forms.ChoiceField(
        required=False,
        choices=[("", "As the recipe has it, else Standard Webhooks"), *Scheme.choices],
        widget=UnfoldAdminSelectWidget,
    )
    secret = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="empty: one is made, and shown once",
    )
    mapping = ConfigurationField(
        required=False,
        widget=code_area(6),
        help_text='names of values, and where they stand in the payload: {"severity": "$.labels.severity"}',
    )
    filters = LinesField(
        required=False,
        widget=code_area(4),
        help_text='one a line, all must hold: status == "firing"',
    )
    node_id = forms.ChoiceField(
        label="Node",
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="on which its runs are; empty: on the one that receives the message",
    )
    execution_config = ConfigurationField(
        label="Overrides",
        required=False,
        widget=code_area(4),
        help_text='what its runs have otherwise than the agent: {"thresholds": {…}, "analysis": {…}}',
    )

    class Meta:
        model = Hook
        fields = (
            "slug", "name", "agent", "recipe", "scheme", "secret", "enabled", "mapping", "filters", "node_id",
            "execution_config", "max_body_bytes", "max_per_minute",
        )  # fmt: skip
        labels: ClassVar = {"max_body_bytes": "Bytes of a message", "max_per_minute": "Runs a minute"}
        help_texts: ClassVar = {"slug": "the end of its URL"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            for name in ONLY_NEW:
                self.fields.pop(name, None)
        if "node_id" in self.fields:
            nodes = {settings.NODE_NAME, *Node.objects.values_list("name", flat=True)}
            known = sorted(nodes | ({self.instance.node_id} - {""}))
            choices = [("", "—"), *((node, node) for node in known)]
            self.fields["node_id"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        super().clean()  # or Django would not ask whether the slug is taken
        if not self.errors:
            self._check()
        return self.cleaned_data

    def _check(self) -> None:
        hook = copy(self.instance)
        for name, value in self._fields().items():
            if name != "secret":
                setattr(hook, "agent_id" if name == "agent_type" else name, value)
        for field, message in problems_of(hook):
            base, _, path = field.partition(".")
            self.add_error(FORM_NAMES.get(base, base), f"{path}: {message}" if path else message)
        if secret := self.cleaned_data.get("secret"):
            try:
                check_secret(hook.scheme, secret)
            except Invalid as error:
                self.add_error("secret", error.detail)

    def _fields(self) -> dict[str, Any]:
        """All of them, as the editing functions take them: of a new hook, what is empty is its recipe's."""
        found = dict(self.cleaned_data)
        agent = found.pop("agent")
        found["agent_type"] = agent.agent_type
        found["execution_config"] = found["execution_config"] or {}
        if self.instance.pk is None:
            return with_recipe({**found, **{name: found[name] or None for name in BY_RECIPE}})
        found["mapping"] = found["mapping"] or {}
        return found

    def fields_to_store(self) -> dict[str, Any]:
        found = self._fields()
        if self.instance.pk is None:
            return found
        changed = {"agent_type" if name == "agent" else name for name in self.changed_data}
        return {name: value for name, value in found.items() if name in changed}
