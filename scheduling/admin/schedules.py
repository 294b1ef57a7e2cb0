from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from executions.execution_admin import execution_url
from scheduling.admin.last_fires import last_outcome, with_last_fire
from scheduling.admin.schedule_filter import NodeFilter
from scheduling.admin.schedule_form import ScheduleForm
from scheduling.admin.schedule_panels import panels_of, preview_of
from scheduling.editing import (
    change_schedule,
    create_schedule,
    delete_schedule,
    pause_schedule,
    resume_schedule,
)
from scheduling.models import Schedule
from scheduling.running import run_schedule
from scheduling.words import words_of
from system.admin_permissions import may
from system.admin_posting import PostAction, PostingAdmin
from system.errors import DomainError
from system.readable import read_due_moment, read_moment
from system.roles import Role

STATES = {
    "On": "success", "Paused": "warning", "Over": "info", "Agent disabled": "warning",
}  # fmt: skip
STATE = '<span class="state state-{}">{}</span>'
WHY = '<span class="why">{}</span>'
WHEN = '{}<span class="why"><code>{}</code> {}</span>'
LISTED_REASON = 120
FROM_LIST = "?from=list"
TIMES = ("cron_expression", "timezone", "starts_at", "ends_at", "max_executions", "jitter_seconds")


@admin.register(Schedule)
class ScheduleAdmin(PostingAdmin):
    form = ScheduleForm
    change_form_template = "scheduling/schedule_page.html"
    add_form_template = change_form_template
    list_display = ("name", "agent", "when", "state", "next", "last", "outcome")
    list_filter = ("enabled", "agent", NodeFilter)
    list_select_related = ("agent",)
    search_fields = ("name", "cron_expression", "agent__agent_type")
    ordering = ("name", "id")
    actions = None
    list_before_template = "scheduling/calendar_link.html"  # type: ignore[assignment]
    when_empty = "No schedule yet: nothing runs by itself."
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": (("name", "agent"), "cron_expression", "timezone")}),
        ("Bounds", {"fields": ("starts_at", "ends_at", ("max_executions", "jitter_seconds"))}),
        ("What if", {"fields": (("missed_policy", "catch_up_limit"), "overlap_policy")}),
        ("Runs", {"fields": ("node_ids", "execution_config")}),
    )

    class Media:
        js = (Script("claudeops/js/schedule-editor.js", type="module"),)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = tuple(super().get_list_display(request))
        return (*shown, "run") if may(request, Role.OPERATOR) else shown

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        rows: QuerySet[Schedule] = super().get_queryset(request)
        return with_last_fire(rows)

    @display(description="When")
    def when(self, schedule: Schedule) -> SafeString:
        words = words_of(schedule.cron_expression)
        return format_html(WHEN, words, schedule.cron_expression, schedule.timezone)

    @display(description="State", ordering="enabled")
    def state(self, schedule: Schedule) -> SafeString:
        """With the reason, if it is paused."""
        state = _state_of(schedule)
        shown = format_html(STATE, STATES[state], state)
        if schedule.enabled or not schedule.pause_reason:
            return shown
        return shown + format_html(WHY, Truncator(schedule.pause_reason).chars(LISTED_REASON))

    @display(description="Next run", ordering="next_run")
    def next(self, schedule: Schedule) -> str:
        return read_due_moment(schedule.next_run)

    @display(description="Last run", ordering="last_run")
    def last(self, schedule: Schedule) -> str:
        return read_moment(schedule.last_run)

    @display(description="Last due time")
    def outcome(self, schedule: Schedule) -> SafeString | str:
        """What became of it, and where more is said."""
        return last_outcome(schedule)

    @display(description="Actions")
    def run(self, schedule: Schedule) -> SafeString:
        other = "pause" if schedule.enabled else "resume"
        return self.row_button("run", schedule, FROM_LIST) + self.row_button(other, schedule, FROM_LIST)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With what it would do, as it stands on the form, and what became of its due times."""
        context.update(panels_of(context["adminform"].form.instance))
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(self._preview)
        return [path("preview/", preview, name="scheduling_schedule_preview"), *super().get_urls()]

    def _preview(self, request: HttpRequest) -> HttpResponse:
        """A piece of the page: what the schedule on the form would do."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not may(request, self.change_role):
            raise PermissionDenied
        stored = self.get_object(request, request.POST.get("stored", ""))
        form = self.get_form(request, stored, change=stored is not None)(request.POST, instance=stored)
        wrong = next((name for name in TIMES if name in form.errors), None)
        if not request.POST.get("cron_expression", "").strip():
            shown: dict[str, Any] = {}
        elif wrong is not None:
            shown = {"complaint": form.errors[wrong][0], "field": wrong}
        else:
            shown = preview_of(form.instance, request.POST.get("viewer_timezone", ""))
        return TemplateResponse(request, "scheduling/schedule_preview.html", shown)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        by = request.user.get_username()
        if change:
            change_schedule(obj.pk, form.fields_to_store(), by=by)
        else:
            obj.pk = create_schedule(form.fields_to_store(), by=by).pk

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], list[Any]]:
        """Counted: there may be a million rows of its due times, and nobody reads a list of them."""
        counts = {"schedules": len(objs), "rows of due times": sum(each.fires.count() for each in objs)}
        return [str(each) for each in objs], counts, set(), []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_schedule(obj.pk)

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction(
                name="run",
                label="Run now",
                icon="play_arrow",
                role=Role.OPERATOR,
                perform=self._run,
                variant="primary",
            ),
            PostAction(
                name="resume",
                label="Resume",
                icon="resume",
                role=Role.OPERATOR,
                perform=self._resume,
                is_offered=lambda schedule: not schedule.enabled,
            ),
            PostAction(
                name="pause",
                label="Pause",
                icon="pause",
                role=Role.OPERATOR,
                perform=self._pause,
                is_offered=lambda schedule: schedule.enabled,
                ask="Why is it paused?",
            ),
        ]

    def _run(self, request: HttpRequest, schedule: Schedule) -> HttpResponse:
        """To the execution's page, if it is one."""
        where = _way_back(request, schedule)
        try:
            runs = run_schedule(schedule.pk, by=request.user.get_username())
        except DomainError as error:
            messages.error(request, f"{error.title}: {error.detail}")
            return HttpResponseRedirect(where)
        for refused in runs.refused:
            messages.warning(request, f"{refused.node_id}: {refused.detail}")
        nodes = ", ".join(execution.node_id for execution in runs.executions)
        messages.success(request, f"Queued on {nodes}.")
        only = len(runs.executions) == 1 and not runs.refused and "from" not in request.GET
        return HttpResponseRedirect(execution_url(runs.executions[0]) if only else where)

    def _pause(self, request: HttpRequest, schedule: Schedule) -> HttpResponse:
        by, reason = request.user.get_username(), request.POST.get("answer", "")
        try:
            pause_schedule(schedule.pk, reason=reason, by=by)
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"{schedule.name} is paused.")
        return HttpResponseRedirect(_way_back(request, schedule))

    def _resume(self, request: HttpRequest, schedule: Schedule) -> HttpResponse:
        try:
            resume_schedule(schedule.pk, by=request.user.get_username())
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"{schedule.name} is due again, from now on.")
        return HttpResponseRedirect(_way_back(request, schedule))


def _state_of(schedule: Schedule) -> str:
    if not schedule.enabled:
        return "Paused"
    if not schedule.agent.enabled:
        return "Agent disabled"
    return "On" if schedule.next_run else "Over"


def _way_back(request: HttpRequest, schedule: Schedule) -> str:
    """To the list, for who pressed a button there."""
    if request.GET.get("from") == "list":
        return reverse("admin:scheduling_schedule_changelist")
    return reverse("admin:scheduling_schedule_change", args=[schedule.pk])
