from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from system import app_settings
from system.errors import DomainError
from system.models import AppSetting
from system.readable import read_json

if TYPE_CHECKING:
    _Form = forms.ModelForm[AppSetting]
else:
    _Form = forms.ModelForm


class SettingForm(_Form):
    """One value, edited as its type. A secret is never sent to the page; left empty, it stays as it is,
    unless it is to be forgotten.
    """

    value = forms.CharField(required=False, strip=False)
    forget = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="take the secret away; nothing is in its place",
    )

    class Meta:
        model = AppSetting
        fields = ("value",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "value" in self.fields:
            self.fields["value"].widget = _widget_of(self.instance)
            self.initial["value"] = _shown(self.instance)

    def clean_value(self) -> str:
        text: str = self.cleaned_data["value"]
        setting = self.instance
        if setting.is_secret and not text:
            return ""
        try:
            return app_settings.find_setting(setting.key).normalise(text)
        except DomainError as error:
            raise forms.ValidationError(error.detail) from error

    def store(self) -> None:
        text = self.cleaned_data["value"]
        if text or not self.instance.is_secret or self.cleaned_data.get("forget"):
            app_settings.set_value(self.instance.key, text)


def json_editor() -> UnfoldAdminTextareaWidget:
    return UnfoldAdminTextareaWidget(attrs={"rows": 28, "class": "code-editor", "spellcheck": "false"})


def _widget_of(setting: AppSetting) -> forms.Widget:
    if setting.is_secret:
        return UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    match setting.value_type:
        case AppSetting.ValueType.BOOLEAN:
            return UnfoldAdminSelectWidget(choices=[("true", "true"), ("false", "false")])
        case AppSetting.ValueType.JSON:
            return json_editor()
        case _:
            return UnfoldAdminTextareaWidget(attrs={"rows": 3})


def _shown(setting: AppSetting) -> str:
    if setting.is_secret:
        return ""
    if setting.value_type != AppSetting.ValueType.JSON:
        return setting.value
    try:
        return read_json(setting.decoded())
    except ValueError:
        return setting.value
