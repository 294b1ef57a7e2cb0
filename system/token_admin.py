from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import display

from system.admin_columns import readable
from system.admin_posting import PostAction, PostingAdmin
from system.models import ApiToken
from system.roles import Role
from system.token_form import TokenForm
from system.tokens import create_token, revoke_token

NEW = ("name", "role", "areas", "good_for")
MADE = (
    "name", "beginning", "role", "opens", "state", "created_by", "created_at", "last_used_at", "expires_at",
    "revoked_at",
)  # fmt: skip


@admin.register(ApiToken)
class ApiTokenAdmin(PostingAdmin):
    """Who could open what; the digest is shown to nobody. A token is seen once, by who makes it."""

    form = TokenForm
    list_display = (
        "name", "beginning", "role", "opens", "state", "last_used_at", "expires_at", "created_by",
        "created_at",
    )  # fmt: skip
    list_filter = ("role",)
    list_select_related = ("created_by",)
    search_fields = ("name", "prefix")
    list_before_template = "system/token_hint.html"  # type: ignore[assignment]
    view_role = Role.ADMIN
    add_role = Role.ADMIN
    change_role = None
    delete_role = None
    actions = None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        return NEW if obj is None else tuple(readable(self.model, name) for name in MADE)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else MADE

    @display(description="Begins with")
    def beginning(self, token: ApiToken) -> str:
        return f"{token.prefix}…"

    @display(description="Opens")
    def opens(self, token: ApiToken) -> str:
        return token.areas.replace(" ", ", ") or "everything"

    @display(description="State", label={"In force": "success", "Revoked": "danger", "Expired": "warning"})
    def state(self, token: ApiToken) -> str:
        if token.revoked_at is not None:
            return "Revoked"
        is_over = token.expires_at is not None and token.expires_at <= timezone.now()
        return "Expired" if is_over else "In force"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        token, raw = create_token(
            obj.name,
            Role(obj.role),
            areas=obj.areas.split(),
            created_by=request.user,  # type: ignore[arg-type]  # an admin, who is signed in
            expires_at=form.expires_at(),
        )
        obj.pk, obj.prefix = token.pk, token.prefix
        vars(request)["new_token"] = raw

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Not by way of a redirect: what is kept for the next page is kept where others may read it."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"The token {obj.name}",
            "token": obj,
            "raw": vars(request)["new_token"],
        }
        page = TemplateResponse(request, "system/token_made.html", context)
        page.headers["Cache-Control"] = "no-store"
        return page

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction(
                name="revoke",
                label="Revoke",
                icon="block",
                role=Role.ADMIN,
                perform=self._revoke,
                is_offered=lambda token: token.revoked_at is None,
                variant="danger",
            )
        ]

    def _revoke(self, request: HttpRequest, token: ApiToken) -> HttpResponse:
        if revoke_token(token):
            messages.success(request, f"{token} is revoked: it opens nothing from now on.")
        else:
            messages.error(request, f"{token} was revoked before.")
        return HttpResponseRedirect(reverse("admin:system_apitoken_change", args=[token.pk]))
