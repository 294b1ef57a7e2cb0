"""The versions of agents in the console: a list, and a page that compares one with any other."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from agents.documents import ordered_settings
from agents.models import AgentConfiguration, AgentVersion
from agents.transfer.writing import yaml_of
from agents.versions.diff import pieces_between
from agents.versions.restoring import restore_version
from system.admin_filters import KnownValuesFilter
from system.admin_posting import PostAction, PostingAdmin
from system.errors import DomainError
from system.readable import read_moment
from system.roles import Role
from system.wire import number_of

OFFERED = 200  # of agents to choose from, and of versions to compare with, the newest first


class AgentTypeFilter(KnownValuesFilter):
    title = "agent"
    parameter_name = "agent_type"

    def known_values(self) -> Iterable[str]:
        names = AgentVersion.objects.order_by("agent_type").values_list("agent_type", flat=True)
        return names.distinct()[:OFFERED]


@admin.register(AgentVersion)
class AgentVersionAdmin(PostingAdmin):
    add_role = None
    change_role = None
    delete_role = None
    actions = None
    list_display = ("shown_number", "agent_type", "when", "author", "through", "words")
    list_display_links = ("shown_number",)
    list_filter = (AgentTypeFilter, "source")
    search_fields = ("agent_type", "author", "comment")
    ordering = ("-id",)
    sortable_by = ()
    when_empty = "No version was kept yet."

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("settings")

    @display(description="Version")
    def shown_number(self, version: AgentVersion) -> str:
        return f"Version {version.number}"

    @display(description="Saved")
    def when(self, version: AgentVersion) -> str:
        return read_moment(version.at)

    @display(description="Through", label=True)
    def through(self, version: AgentVersion) -> str:
        return version.get_source_display()

    @display(description="Comment")
    def words(self, version: AgentVersion) -> str:
        return version.comment

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction(
                name="restore",
                label="Go back to this version",
                icon="history",
                role=Role.ADMIN,
                perform=self._restore,
                ask="Why? (optional)",
            )
        ]

    def _restore(self, request: HttpRequest, version: AgentVersion) -> HttpResponse:
        comment = " ".join(request.POST.get("answer", "").split())[:200]
        try:
            agent = restore_version(version.agent_type, version.number, comment=comment)
        except DomainError as error:
            messages.error(request, f"{error.title}: {error.detail}")
            return HttpResponseRedirect(version_url(version))
        messages.success(
            request, f"{agent.name} is as version {version.number} had it; that is version {agent.revision}."
        )
        return HttpResponseRedirect(reverse("admin:agents_agentconfiguration_change", args=[agent.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        version = self.get_object(request, object_id)
        if version is None or request.method == "POST" or not self.has_view_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": str(version),
            "opts": self.opts,
            "original": version,
            **_page_of(version, request.GET.get("against", "")),
        }
        newest = context["newest"] == version.number and context["agent"] is not None
        context["buttons"] = [] if newest else self.buttons(request, version)
        return TemplateResponse(request, "agents/version_page.html", context)


def _page_of(version: AgentVersion, against: str) -> dict[str, Any]:
    """For templates/agents/version_page.html; `against` is the number to compare with, as it was sent."""
    of_agent = AgentVersion.objects.filter(agent_type=version.agent_type)
    others = list(of_agent.exclude(pk=version.pk).defer("settings")[:OFFERED])
    before, after = version.number - 1, version.number + 1
    wanted = number_of(against) or before
    named = of_agent.filter(number__in={before, after, wanted}).defer("settings")
    by_number = {other.number: other for other in (*others, *named)}
    other = by_number.get(wanted)  # whose settings are read when they are compared
    return {
        "version": version,
        "agent": AgentConfiguration.objects.filter(agent_type=version.agent_type).first(),
        "newest": max([version.number, *by_number]),
        "others": others,
        "against": other,
        "pieces": [] if other is None else pieces_between(other.settings, version.settings),
        "before_url": _url_of(by_number.get(before)),
        "after_url": _url_of(by_number.get(after)),
        "text": yaml_of(ordered_settings(version.settings)),
    }


def _url_of(version: AgentVersion | None) -> str:
    return version_url(version) if version else ""


def version_url(version: AgentVersion) -> str:
    return reverse("admin:agents_agentversion_change", args=[version.pk])


def versions_url(agent_type: str) -> str:
    return f"{reverse('admin:agents_agentversion_changelist')}?agent_type={agent_type}"


def ran_link(agent_type: str, number: int | None) -> SafeString | str:
    """To the version that an execution ran; empty where it says none, or none such was kept."""
    version = number and AgentVersion.objects.filter(agent_type=agent_type, number=number).only("pk").first()
    return format_html('<a href="{}">Version {}</a>', version_url(version), number) if version else ""
