from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import display

from scheduling.admin.hook_form import HookForm
from scheduling.hooks.editing import change_hook, create_hook, delete_hook, rotate_secret
from scheduling.hooks.examples import curl_example
from scheduling.hooks.recipes import RECIPES
from scheduling.hooks.urls import url_of
from scheduling.models import Hook, HookDelivery
from system.admin_posting import PostAction, PostingAdmin
from system.roles import Role

SHOWN_DELIVERIES = 10
HIDDEN = "$SECRET"


@admin.register(Hook)
class HookAdmin(PostingAdmin):
    """A secret is seen once: on the page that answers who made it, and on no other."""

    form = HookForm
    change_form_template = "scheduling/hook_page.html"
    list_display = ("slug", "name", "agent", "proof", "switch", "since")
    list_filter = ("enabled", "scheme")
    list_select_related = ("agent",)
    search_fields = ("slug", "name", "agent__agent_type")
    ordering = ("slug",)
    actions = None
    when_empty = "No webhook yet: nothing outside launches anything."
    warn_unsaved_form = True
    what = (None, {"fields": (("slug", "name"), ("agent", "enabled"))})
    proven = ("Who may send", {"fields": (("recipe", "scheme"), "secret")})
    rest = (
        ("What of it", {"fields": ("filters", "mapping")}),
        ("Runs", {"fields": ("node_id", "execution_config", ("max_per_minute", "max_body_bytes"))}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (self.what, *self.rest) if obj else (self.what, self.proven, *self.rest)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Its messages are known by it, and its URL: a slug stays."""
        return ("slug",) if obj else ()

    @display(description="Proof", ordering="scheme")
    def proof(self, hook: Hook) -> str:
        return hook.get_scheme_display()

    @display(description="Enabled", ordering="enabled", label={"Enabled": "success", "Disabled": "warning"})
    def switch(self, hook: Hook) -> str:
        return "Enabled" if hook.enabled else "Disabled"

    @display(description="Secret since", ordering="secret_since")
    def since(self, hook: Hook) -> str:
        return f"{timezone.localtime(hook.secret_since):%Y-%m-%d %H:%M}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        hook = self.get_object(request, object_id)
        more = {} if hook is None else _panels_of(request, hook)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        if change:
            change_hook(obj.slug, form.fields_to_store())
            return
        hook, vars(request)["hook_secret"] = create_hook(form.fields_to_store())
        obj.pk = hook.pk

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self._secret_page(request, Hook.objects.get(pk=obj.pk), vars(request)["hook_secret"])

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], list[Any]]:
        """Counted: nobody reads a list of all its messages."""
        counts = {"webhooks": len(objs), "messages": sum(each.deliveries.count() for each in objs)}
        return [str(each) for each in objs], counts, set(), []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_hook(obj.slug)

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction(
                name="rotate", label="Rotate secret", icon="key", role=Role.ADMIN, perform=self._rotate
            )
        ]

    def _rotate(self, request: HttpRequest, hook: Hook) -> HttpResponse:
        return self._secret_page(request, *rotate_secret(hook.slug))

    def _secret_page(self, request: HttpRequest, hook: Hook, secret: str) -> HttpResponse:
        """Not by way of a redirect: what is kept for the next page is kept where others may read it."""
        url = url_of(request, hook.slug)
        recipe = next((recipe for recipe in RECIPES if recipe.name == hook.recipe), None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"The secret of {hook.slug}",
            "hook": hook,
            "secret": secret,
            "url": url,
            "curl": curl_example(hook.scheme, url, secret),
            "recipe": recipe,
            "setup": recipe.setup_for(url, secret) if recipe else "",
        }
        page = TemplateResponse(request, "scheduling/hook_secret.html", context)
        page.headers["Cache-Control"] = "no-store"
        return page


def _panels_of(request: HttpRequest, hook: Hook) -> dict[str, Any]:
    """For templates/scheduling/hook_page.html."""
    url = url_of(request, hook.slug)
    deliveries = HookDelivery.objects.filter(hook=hook).with_execution().order_by("-id")
    recipe = next((recipe for recipe in RECIPES if recipe.name == hook.recipe), None)
    return {
        "hook": hook,
        "url": url,
        "curl": curl_example(hook.scheme, url, HIDDEN),
        "recipe": recipe,
        "setup": recipe.setup_for(url, HIDDEN) if recipe else "",
        "deliveries": deliveries[:SHOWN_DELIVERIES],
        "previous_until": hook.previous_until
        if hook.previous_until and hook.previous_until > timezone.now()
        else None,
    }
