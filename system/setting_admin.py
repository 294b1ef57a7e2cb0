from itertools import groupby
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from unfold.decorators import display

from system import app_settings
from system.admin_permissions import RoleModelAdmin, may
from system.models import AppSetting
from system.readable import NOTHING, read_moment
from system.roles import Role
from system.setting_form import SettingForm

HIDDEN = "••••••••"
LISTED_VALUE = 80


@admin.register(AppSetting)
class AppSettingAdmin(RoleModelAdmin):
    """Only the value is a person's to change; which settings there are, the code says (app_settings)."""

    form = SettingForm
    list_display = ("key", "shown_value", "category", "description", "updated_at")
    list_filter = ("category",)
    list_per_page = 500  # all of them: which there are, the code says
    change_list_template = "system/settings.html"
    search_fields = ("key", "description")
    fields = ("key", "description", "value", "value_type", "category", "changed")
    secret_fields = ("key", "description", "value", "forget", "value_type", "category", "changed")
    readonly_fields = ("key", "description", "value_type", "category", "changed")
    add_role = None
    delete_role = None
    actions = None

    @display(description="Value")
    def shown_value(self, setting: AppSetting) -> str:
        if setting.is_secret:
            return HIDDEN if setting.sealed else NOTHING
        return setting.value if len(setting.value) <= LISTED_VALUE else f"{setting.value[:LISTED_VALUE]}…"

    @display(description="Updated at")
    def changed(self, setting: AppSetting) -> str:
        return read_moment(setting.updated_at)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """By category; search and filters are those of the list."""
        page = super().changelist_view(request, extra_context)
        if isinstance(page, TemplateResponse) and page.context_data and "cl" in page.context_data:
            rows = sorted(page.context_data["cl"].result_list, key=lambda row: (row.category, row.key))
            page.context_data["categories"] = [
                (category, [self._line(row) for row in of_it])
                for category, of_it in groupby(rows, key=lambda row: row.category)
            ]
            page.context_data["may_audit"] = may(request, Role.ADMIN)
        return page

    def _line(self, row: AppSetting) -> dict[str, Any]:
        setting = app_settings.SETTINGS.get(row.key)
        text = "" if setting is None else setting.dump(setting.default)
        is_default = setting is not None and (not row.sealed if row.is_secret else row.value == text)
        return {
            "row": row,
            "value": self.shown_value(row),
            "is_known": setting is not None,
            "is_default": is_default,
        }

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_readonly)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Who may not change it reads it as it is listed: a secret is shown to nobody."""
        if self.has_change_permission(request, obj):
            return self.secret_fields if obj and obj.is_secret else self.fields
        return tuple("shown_value" if name == "value" else name for name in self.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "shown_value")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        form.store()
