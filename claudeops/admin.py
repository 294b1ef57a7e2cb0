"""What Django and others bring along, under our roles; and what must not be there at all."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.decorators import display
from unfold.forms import UserChangeForm, UserCreationForm

from claudeops.agents_page.admin import AgentCardsAdmin
from claudeops.metrics_page import node_page
from claudeops.password_forms import PasswordForm
from system.admin import NodeAdmin
from system.admin_permissions import ReadOnlyAdmin, RoleModelAdmin
from system.models import Node
from system.readable import read_moment
from system.roles import Role, role_of

# Those of other files register themselves.
__all__ = ["AgentCardsAdmin", "GroupAdmin", "NodePageAdmin", "UserAdmin"]

# The queue's own pages schedule any function that can be imported, and show pickles.
admin.site.unregister([Failure, OrmQ, Schedule, Success, User, Group])
# What runs on a node, the app that keeps it cannot know.
admin.site.unregister(Node)

ROLE_LABELS = {"Viewer": "info", "Operator": "primary", "Admin": "success"}


@admin.register(User)
class UserAdmin(DjangoUserAdmin, RoleModelAdmin):  # type: ignore[misc, type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = PasswordForm
    view_role = Role.ADMIN
    actions = None
    list_display = ("username", "role", "email", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    readonly_fields = ("seen", "joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        (
            "Role",
            {
                "description": "The highest of viewer, operator and admin counts; a superuser is an admin.",
                "fields": ("groups", "is_superuser", "is_active"),
            },
        ),
        ("Dates", {"fields": ("seen", "joined")}),
    )
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @display(description="Role", label=ROLE_LABELS)
    def role(self, user: User) -> str:
        role = role_of(user)
        return role.value.capitalize() if role else "none"

    @display(description="Last login")
    def seen(self, user: User) -> str:
        return read_moment(user.last_login)

    @display(description="Date joined")
    def joined(self, user: User) -> str:
        return read_moment(user.date_joined)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes themself: the last administrator would go that way."""
        return super().has_delete_permission(request, obj) and obj != request.user


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    """The roles. Which there are, the code says (system.roles); who has which, a user's page."""

    view_role = Role.ADMIN
    list_display = ("name",)
    fields = ("name",)


@admin.register(Node)
class NodePageAdmin(NodeAdmin):
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        node = self.get_object(request, object_id)
        if node is None or request.method == "POST" or not self.has_view_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": node.name,
            "opts": self.opts,
            "original": node,
            **node_page(request, node),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "claudeops/node_page.html", context)
