from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.decorators import display

from agents.agent_form import AgentForm
from agents.editing import change_agent, create_agent, delete_agent
from agents.execution_admin import WholeExecutionAdmin, launch_and_go
from agents.findings.admin import FindingAdmin
from agents.hold_admin import HoldAdmin, TurnAdmin
from agents.models import AgentConfiguration, LaunchRefusal
from agents.probe_choices import PROBE_CHOICES
from agents.run_page import Wanted, outlook_of, run_page
from agents.transfer.pages import import_page
from agents.versions.admin import AgentVersionAdmin
from system.admin_permissions import LongTableAdmin, may
from system.admin_posting import PostAction, PostingAdmin
from system.errors import Conflict
from system.roles import Role

# Those of other files register themselves.
__all__ = [
    "AgentVersionAdmin",
    "FindingAdmin",
    "HoldAdmin",
    "LaunchRefusalAdmin",
    "TurnAdmin",
    "WholeExecutionAdmin",
]


class AgentConfigurationAdmin(PostingAdmin):
    """As far as this app knows it; claudeops.agents_page adds what others know, and registers the whole."""

    form = AgentForm
    change_form_template = "agents/agent_page.html"
    add_form_template = change_form_template
    list_before_template: str = "agents/transfer_links.html"  # type: ignore[assignment]
    search_fields = ("name", "agent_type", "description")
    actions = None
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": (("name", "agent_type"), ("version", "enabled"), "description")}),
        ("What it does", {"fields": ("config",)}),
        (
            "Limits",
            {
                "fields": (
                    ("timeout_ms", "max_duration_ms"),
                    ("max_concurrent_executions", "cooldown_ms"),
                    "max_cost_per_execution",
                )
            },
        ),
        ("This change", {"fields": ("comment", "seen")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The history knows an agent by its type, which therefore stays."""
        return ("agent_type",) if obj else ()

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction(
                name="run",
                label="Run now",
                icon="play_arrow",
                role=Role.OPERATOR,
                perform=self._run,
                variant="primary",
            )
        ]

    def _run(self, request: HttpRequest, agent: AgentConfiguration) -> HttpResponse:
        return launch_and_go(request, agent.agent_type, otherwise=self._page_of(agent.pk))

    def _page_of(self, pk: Any) -> str:
        return reverse("admin:agents_agentconfiguration_change", args=[pk])

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except Conflict as error:
            messages.error(request, error.detail)
            return HttpResponseRedirect(self._page_of(object_id))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With what the editor of steps (js/step-editor.js) has to know."""
        errors = context["adminform"].form.errors.get("config", [])
        context["editor"] = {"probes": list(PROBE_CHOICES), "problems": [str(error) for error in errors]}
        agent = context.get("original")
        if agent is not None and request.method == "GET" and may(request, Role.OPERATOR):
            context.update(outlook_of(agent, settings.NODE_NAME, {}))
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        imports = self.admin_site.admin_view(self._import)
        changes = self.admin_site.admin_view(self._run_with_changes)
        return [
            path("import/", imports, name="agents_agentconfiguration_import"),
            path("<path:object_id>/changes/", changes, name="agents_agentconfiguration_changes"),
            *super().get_urls(),
        ]

    def _run_with_changes(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not may(request, Role.OPERATOR):
            raise PermissionDenied
        agent = self.get_object(request, object_id)
        if agent is None:
            raise Http404
        request.current_app = self.admin_site.name
        context = {**self.admin_site.each_context(request), "title": "Run with changes", "opts": self.opts}
        return run_page(request, Wanted(agent, back=self._page_of(agent.pk)), {**context, "original": agent})

    def _import(self, request: HttpRequest) -> HttpResponse:
        if not may(request, Role.ADMIN):
            raise PermissionDenied
        request.current_app = self.admin_site.name
        context = {**self.admin_site.each_context(request), "title": "Import agents", "opts": self.opts}
        return import_page(request, context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        fields, comment = form.fields_to_store(), form.cleaned_data["comment"]
        if change:
            change_agent(obj.agent_type, fields, comment=comment)
        else:
            obj.pk = create_agent({"agent_type": obj.agent_type, **fields}, comment=comment).pk

    def delete_model(self, request: HttpRequest, obj: AgentConfiguration) -> None:
        delete_agent(obj.agent_type)


@admin.register(LaunchRefusal)
class LaunchRefusalAdmin(LongTableAdmin):
    list_display = ("agent_type", "reason", "detail", "triggered_by", "actor", "at")
    list_filter = ("triggered_by",)
    search_fields = ("agent_type", "limit", "detail", "actor")

    @display(description="Limit", label=True)
    def reason(self, refusal: LaunchRefusal) -> str:
        return refusal.limit
