"""Buttons that change something. Each is a POST with a CSRF token: a link must never do anything."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from system.admin_permissions import RoleModelAdmin, may
from system.roles import Role

ROW_BUTTON = (
    '<button type="submit" formaction="{}" formnovalidate class="row-button" aria-label="{}">'
    '<span class="material-symbols-outlined">{}</span>{}</button>'
)


@dataclass(frozen=True)
class PostAction:
    """`perform(request, obj)` does it and answers, mostly by a redirect.

    `is_offered(obj)` only hides the button: what may be done is decided by what `perform` calls. With an
    `ask`, a line of text stands beside the button, and comes with the POST as `answer`.
    """

    name: str
    label: str
    icon: str
    role: Role
    perform: Callable[[HttpRequest, Any], HttpResponseBase]
    is_offered: Callable[[Any], bool] = lambda obj: True
    variant: str = "default"
    ask: str = ""


class PostingAdmin(RoleModelAdmin):
    """Adds `<object>/<name>/` for each of `post_actions()`, which takes POST alone."""

    change_form_template = "system/page_with_buttons.html"

    def post_actions(self) -> list[PostAction]:
        return []

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        buttons = self.buttons(request, obj) if obj is not None else []
        more = {**(extra_context or {}), "buttons": buttons}
        return super().change_view(request, object_id, form_url, more)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{action.name}/",
                self.admin_site.admin_view(partial(self._post, action)),
                name=self._route(action),
            )
            for action in self.post_actions()
        ]
        return own + super().get_urls()

    def _route(self, action: PostAction) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{action.name}"

    def _post(self, action: PostAction, request: HttpRequest, object_id: str) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not may(request, action.role):
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        return action.perform(request, obj)

    def object_key(self, obj: Any) -> str:
        """What stands for `obj` in a URL."""
        return str(obj.pk)

    def action_url(self, name: str, obj: Any) -> str:
        action = next(action for action in self.post_actions() if action.name == name)
        return reverse(f"admin:{self._route(action)}", args=[self.object_key(obj)])

    def buttons(self, request: HttpRequest, obj: Any) -> list[dict[str, str]]:
        """For templates/system/buttons.html: what who asks may do with `obj` now."""
        return [
            {
                "url": self.action_url(action.name, obj),
                "label": action.label,
                "icon": action.icon,
                "variant": action.variant,
                "ask": action.ask,
            }
            for action in self.post_actions()
            if may(request, action.role) and action.is_offered(obj)
        ]

    def row_button(self, name: str, obj: Any, query: str = "") -> SafeString:
        """A cell of a list: it submits the form that the list stands in, token and all, elsewhere."""
        action = next(action for action in self.post_actions() if action.name == name)
        label = f"{action.label}: {obj}"
        return format_html(
            ROW_BUTTON, f"{self.action_url(name, obj)}{query}", label, action.icon, action.label
        )
