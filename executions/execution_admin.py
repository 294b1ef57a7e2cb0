"""An execution in the console: its list, and its page as far as this app knows it.

agents/execution_admin.py adds the report, the costs and running it again, and registers the whole.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import display
from unfold.views import ChangeList

from executions.filters import AgentFilter, NodeFilter
from executions.lineage import lineage_of
from executions.logs import removed_words
from executions.models import Execution, Status
from executions.services import CancelOutcome, cancel_execution
from executions.timeline import SHOWN_OUTPUT, timeline_of
from system.admin_permissions import LongTableAdmin
from system.admin_posting import PostAction, PostingAdmin
from system.errors import DomainError
from system.readable import read_amount, read_duration, read_moment
from system.roles import Role
from system.sections import Section, render_section

LABELS = {
    Status.RUNNING.label: "info",
    Status.COMPLETED.label: "success",
    Status.FAILED.label: "danger",
    Status.CANCELLED.label: "warning",
}
# What a page shows; the rest is in the API. A page of many mebibytes helps nobody.
SHOWN_LOG_LINES = 1000
LISTED_SUMMARY = 140
# The pieces of the page, each a template. What an execution has not is an empty piece.
SECTIONS = {
    "buttons": "executions/execution_buttons.html",
    "header": "executions/execution_header.html",
    "steps": "executions/execution_steps.html",
    "more": "executions/execution_more.html",
}


def execution_url(execution: Execution) -> str:
    """Its page. Outside the database an execution is known by its uid."""
    return reverse("admin:executions_execution_change", args=[execution.uid])


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


class ExecutionChangeList(ChangeList):
    def url_for_result(self, result: Any) -> str:
        return execution_url(result)


class ExecutionAdmin(LongTableAdmin, PostingAdmin):  # type: ignore[misc]  # unfold repeats Django's bases
    list_display = ("agent_type", "state", "began", "took", "cost", "triggered_by", "node_id", "summary")
    list_filter = ("status", AgentFilter, "triggered_by", NodeFilter, "started_at")
    search_fields = ("result_summary", "error_message")
    search_help_text = "Words of a summary or error, or a whole id"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Execution]:
        return super().get_queryset(request).defer("raw_output", "execution_context")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return ExecutionChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Execution], search_term: str
    ) -> tuple[QuerySet[Execution], bool]:
        if uid := uuid_of(search_term):
            return queryset.filter(uid=uid), False
        return super().get_search_results(request, queryset, search_term)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Execution | None:
        uid = uuid_of(object_id)
        return None if uid is None else Execution.objects.filter(uid=uid).first()

    def object_key(self, obj: Execution) -> str:
        return str(obj.uid)

    @display(description="Status", label=LABELS)
    def state(self, execution: Execution) -> str:
        return Status(execution.status).label

    @display(description="Started at")
    def began(self, execution: Execution) -> str:
        return read_moment(execution.started_at)

    @display(description="Took")
    def took(self, execution: Execution) -> str:
        return read_duration(None if execution.status == Status.PENDING else execution.elapsed_ms())

    @display(description="Cost")
    def cost(self, execution: Execution) -> str:
        return read_amount(execution.cost_usd)

    @display(description="Summary")
    def summary(self, execution: Execution) -> str:
        text = execution.headline
        return text if len(text) <= LISTED_SUMMARY else f"{text[:LISTED_SUMMARY]}…"

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction(
                name="cancel",
                label="Cancel",
                icon="stop_circle",
                role=Role.OPERATOR,
                perform=self._cancel,
                is_offered=lambda execution: execution.is_active,
                variant="danger",
            )
        ]

    def _cancel(self, request: HttpRequest, execution: Execution) -> HttpResponse:
        try:
            outcome = cancel_execution(execution.pk, by=request.user.get_username())
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, CANCEL_WORDS[outcome])
        return HttpResponseRedirect(execution_url(execution))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        execution = self.get_object(request, object_id)
        if execution is None or request.method == "POST" or not self.has_view_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        sections = self.read_sections(request, execution)
        if "sections" in request.GET:
            return JsonResponse({name: section.as_message() for name, section in sections.items()})
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": execution.agent_type,
            "opts": self.opts,
            "original": execution,
            "execution": execution,
            "sections": sections,
            "log_lines": _last_log_lines(execution),
            "shown_log_lines": SHOWN_LOG_LINES,
            "removed": removed_words(execution),
            **self.frame_context(execution),
        }
        return TemplateResponse(request, "executions/execution_page.html", context)

    def frame_context(self, execution: Execution) -> dict[str, Any]:
        """What the page shows outside of its pieces."""
        return {}

    def section_templates(self) -> dict[str, str]:
        return SECTIONS

    def read_sections(self, request: HttpRequest, execution: Execution) -> dict[str, Section]:
        """The pieces that js/execution.js asks for again when something has happened."""
        context = self.page_context(request, execution)
        offered = " ".join(button["url"] for button in context["buttons"])  # their form has a token in it
        return {
            name: render_section(
                name, template, context, request, version=offered if name == "buttons" else ""
            )
            for name, template in self.section_templates().items()
        }

    def page_context(self, request: HttpRequest, execution: Execution) -> dict[str, Any]:
        """What the templates of the pieces show."""
        return {
            "execution": execution,
            "buttons": self.buttons(request, execution),
            "lineage": lineage_of(execution),
            "elapsed_ms": None if execution.status == Status.PENDING else execution.elapsed_ms(),
            "steps": timeline_of(execution),
            "shown_output": SHOWN_OUTPUT,
            "raw_output": execution.raw_output[:SHOWN_OUTPUT],
            "raw_output_left": max(0, len(execution.raw_output) - SHOWN_OUTPUT),
        }


CANCEL_WORDS = {
    CancelOutcome.CANCELLED: "Cancelled.",
    CancelOutcome.REQUESTED: "Cancel asked for: its worker ends the running command first.",
}


def _last_log_lines(execution: Execution) -> list[dict[str, Any]]:
    newest = execution.events.logs().order_by("-seq")[:SHOWN_LOG_LINES]
    return [{"at": event.at, "seq": event.seq, **event.decoded} for event in newest][::-1]
