from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from system.errors import DomainError
from system.models import NotificationRule, NotificationTarget, TargetKind
from system.notifications.kinds import KINDS
from system.notifications.rules import problems_of
from system.notifications.targets import put_url
from system.outbound.signing import new_signing_secret, read_signing_secret
from system.outbound.urls import LONGEST_URL
from system.secrets import Secret

if TYPE_CHECKING:
    _TargetForm = forms.ModelForm[NotificationTarget]
    _RuleForm = forms.ModelForm[NotificationRule]
else:
    _TargetForm = _RuleForm = forms.ModelForm

LONGEST_SECRET = 200
_UNCHANGED = "never shown; left empty, it stays as it is"


class TargetForm(_TargetForm):
    """Neither the URL nor the secret is ever sent to the page. `url_problem` is what is wrong with the URL
    that was posted: the page finds out before the transaction begins in which this form is used.
    """

    url_problem = ""

    address = forms.CharField(
        label="URL",
        max_length=LONGEST_URL,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text=(
            "one of Apprise's, as in mailto://… or tgram://… (its list has over a hundred services), or the"
            " https:// address of a webhook"
        ),
    )
    signing = forms.CharField(
        label="Signing secret",
        max_length=LONGEST_SECRET,
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_UNCHANGED,
    )

    class Meta:
        model = NotificationTarget
        fields = ("name", "kind", "enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self._propose_secret()
        elif "address" in self.fields:
            self.fields["address"].required = False
            self.fields["address"].help_text = _UNCHANGED

    def _propose_secret(self) -> None:
        """Shown this once, to whoever makes the target."""
        signing = self.fields["signing"]
        signing.widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
        signing.help_text = "of a webhook: give it to the receiver now, it is not shown again"
        self.initial["signing"] = new_signing_secret()

    def clean_address(self) -> str:
        if self.url_problem:
            raise forms.ValidationError(self.url_problem)
        return str(self.cleaned_data["address"])

    def clean(self) -> dict[str, Any]:
        kind = self.cleaned_data.get("kind") or self.instance.kind
        given = self.cleaned_data.get("signing") or ""
        if kind != TargetKind.WEBHOOK:
            self.cleaned_data["signing"] = ""  # what the page proposed is of no use
        elif given or self.instance.pk is None:
            try:
                read_signing_secret(given)
            except DomainError as error:
                self.add_error("signing", error.detail)
        return self.cleaned_data

    def put_secrets(self) -> None:
        """Into the instance, sealed; what was left empty stays."""
        if self.cleaned_data["address"]:
            put_url(self.instance, self.cleaned_data["address"])
        if self.cleaned_data["signing"]:
            self.instance.signing_secret = Secret.of(self.cleaned_data["signing"])


class RuleForm(_RuleForm):
    """The rules are those of system.notifications.rules; here each message stands at its field."""

    kinds = forms.MultipleChoiceField(
        choices=[(kind, f"{kind}: {what}") for kind, what in KINDS.items()],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="none: all. With recovered, the end of the others is told too",
    )
    agent_types = forms.CharField(
        label="Agents",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="slugs, with commas between them; empty: all, and what is of no agent",
    )
    quiet_zone = forms.ChoiceField(
        label="Time zone", choices=lambda: [(zone, zone) for zone in sorted(available_timezones())],
        widget=UnfoldAdminSelectWidget, initial="UTC",
    )  # fmt: skip

    class Meta:
        model = NotificationRule
        fields = (
            "name", "target", "kinds", "agent_types", "min_severity", "quiet_from", "quiet_until",
            "quiet_zone", "digest_minutes", "enabled",
        )  # fmt: skip
        labels: ClassVar = {
            "min_severity": "From this severity on", "quiet_from": "Quiet from", "quiet_until": "until",
            "digest_minutes": "Digest, minutes",
        }  # fmt: skip
        help_texts: ClassVar = {
            "quiet_from": "only what is critical is told then, the rest when they end",
            "digest_minutes": "what comes within so many minutes goes as one message; 0: each at once",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["agent_types"] = ", ".join(self.instance.agent_types)

    def clean_agent_types(self) -> list[str]:
        return [name for name in self.cleaned_data["agent_types"].replace(",", " ").split() if name]

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            rule = copy(self.instance)
            for name, value in self.cleaned_data.items():
                setattr(rule, name, value)
            for field, message in problems_of(rule):
                self.add_error(field, message)
        return self.cleaned_data
