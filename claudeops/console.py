"""The console: the Django admin in unfold's theme, open to whoever has a role."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from claudeops.costs_page import costs_page
from claudeops.front_page import front_page
from system.admin_permissions import console_role, may
from system.roles import Role, role_of


class LoginForm(AuthenticationForm):
    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """A role is what lets a person in; Django's own form asks for is_staff."""
        if role_of(user) is None:
            raise ValidationError(
                "You have none of the roles viewer, operator and admin. An admin can give you one.",
                code="no_role",
            )


class ConsoleSite(UnfoldAdminSite):
    login_form = LoginForm
    index_template = "claudeops/front_page.html"
    index_title = "Overview"

    def has_permission(self, request: HttpRequest) -> bool:
        return console_role(request) is not None

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {**front_page(), **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        own = path("costs/overview/", self.admin_view(self.costs), name="costs_overview")
        return [own, *super().get_urls()]

    def costs(self, request: HttpRequest) -> TemplateResponse:
        context = {**self.each_context(request), "title": "Costs", **costs_page()}
        return TemplateResponse(request, "claudeops/costs_page.html", context)


def may_configure(request: HttpRequest) -> bool:
    """For the navigation (claudeops/unfold.py)."""
    return may(request, Role.ADMIN)
