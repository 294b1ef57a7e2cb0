"""The console: the Django admin in unfold's theme, open to whoever has a role."""

from typing import Any

from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from unfold.sites import UnfoldAdminSite

from claudeops.costs_page import costs_page, export_page
from claudeops.front_page import front_page
from claudeops.metrics_page import metrics_page
from claudeops.password_forms import OwnPasswordForm
from claudeops.sign_in import LoginForm, answer_sign_in, record_sign_out
from scheduling.calendar.page import calendar_page
from system.admin_permissions import console_role, may
from system.roles import Role


class ConsoleSite(UnfoldAdminSite):
    login_form = LoginForm
    index_template = "claudeops/front_page.html"
    index_title = "Overview"

    def has_permission(self, request: HttpRequest) -> bool:
        return console_role(request) is not None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return answer_sign_in(request, super().login(request, extra_context))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        record_sign_out(request)
        return super().logout(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        request.current_app = self.name
        return PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(
            request, {**front_page(may_cancel=may(request, Role.OPERATOR)), **(extra_context or {})}
        )

    def get_urls(self) -> list[Any]:
        own = [
            path("costs/overview/", self.admin_view(self.costs), name="costs_overview"),
            path(
                "costs/overview/<slug:table>.<slug:file_format>",
                self.admin_view(export_page),
                name="costs_export",
            ),
            path("scheduling/calendar/", self.admin_view(self.calendar), name="scheduling_calendar"),
            path("system/metrics/", self.admin_view(self.metrics), name="metrics"),
        ]
        return [*own, *super().get_urls()]

    def metrics(self, request: HttpRequest) -> TemplateResponse:
        context = {**self.each_context(request), "title": "Metrics", **metrics_page(request)}
        return TemplateResponse(request, "claudeops/metrics_page.html", context)

    def costs(self, request: HttpRequest) -> TemplateResponse:
        context = {**self.each_context(request), "title": "Costs", **costs_page(request.GET)}
        return TemplateResponse(request, "claudeops/costs_page.html", context)

    def calendar(self, request: HttpRequest) -> TemplateResponse:
        context = {**self.each_context(request), **calendar_page(request)}
        return TemplateResponse(request, "scheduling/calendar.html", context)


def may_configure(request: HttpRequest) -> bool:
    """For the navigation (claudeops/unfold.py)."""
    return may(request, Role.ADMIN)
