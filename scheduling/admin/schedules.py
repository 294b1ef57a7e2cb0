from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from executions.execution_admin import execution_url
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
from system.readable import NOTHING
from system.roles import Role

TIMES = ("cron_expression", "timezone", "starts_at", "ends_at", "max_executions", "jitter_seconds")
STATES = {"On": "success", "Paused": "warning", "Over": "info", "Agent disabled": "warning"}


@admin.register(Schedule)
class ScheduleAdmin(PostingAdmin):
    form = ScheduleForm
    change_form_template = "scheduling/schedule_page.html"
    add_form_template = change_form_template
    list_display = ("name", "agent", "when", "zone", "state", "next", "last")
    list_filter = ("enabled", "agent")
    list_select_related = ("agent",)
    search_fields = ("name", "cron_expression", "agent__agent_type")
    ordering = ("name", "id")
    actions = None
    when_empty = "No schedule yet: nothing runs by itself."
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": (("name", "agent"), ("cron_expression", "timezone"))}),
        ("Bounds", {"fields": ("starts_at", "ends_at", ("max_executions", "jitter_seconds"))}),
        ("What if", {"fields": (("missed_policy", "catch_up_limit"), "overlap_policy")}),
        ("Runs", {"fields": ("node_ids", "execution_config")}),
    )

    class Media:
        js = ("claudeops/schedule_preview.js",)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = tuple(super().get_list_display(request))
        return (*shown, "run") if may(request, Role.OPERATOR) else shown

    @display(description="When")
    def when(self, schedule: Schedule) -> str:
        return words_of(schedule.cron_expression)

    @display(description="Time zone", ordering="timezone")
    def zone(self, schedule: Schedule) -> str:
        return schedule.timezone

    @display(description="State", ordering="enabled", label=STATES)
    def state(self, schedule: Schedule) -> str:
        if not schedule.enabled:
            return "Paused"
        if not schedule.agent.enabled:
            return "Agent disabled"
        return "On" if schedule.next_run else "Over"

    @display(description="Next run", ordering="next_run")
    def next(self, schedule: Schedule) -> str:
        return _minute_of(schedule.next_run)

    @display(description="Last run", ordering="last_run")
    def last(self, schedule: Schedule) -> str:
        return _minute_of(schedule.last_run)

    @display(description="Run")
    def run(self, schedule: Schedule) -> SafeString:
        return self.row_button("run", schedule)

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
        wrong = next((form.errors[name][0] for name in TIMES if name in form.errors), None)
        if not request.POST.get("cron_expression", "").strip():
            shown: dict[str, Any] = {}
        elif wrong is not None:
            shown = {"complaint": wrong}
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
        where = _page_of(schedule)
        try:
            runs = run_schedule(schedule.pk, by=request.user.get_username())
        except DomainError as error:
            messages.error(request, f"{error.title}: {error.detail}")
            return HttpResponseRedirect(where)
        for refused in runs.refused:
            messages.warning(request, f"{refused.node_id}: {refused.detail}")
        nodes = ", ".join(execution.node_id for execution in runs.executions)
        messages.success(request, f"Queued on {nodes}.")
        only = len(runs.executions) == 1 and not runs.refused
        return HttpResponseRedirect(execution_url(runs.executions[0]) if only else where)

    def _pause(self, request: HttpRequest, schedule: Schedule) -> HttpResponse:
        by, reason = request.user.get_username(), request.POST.get("answer", "")
        try:
            pause_schedule(schedule.pk, reason=reason, by=by)
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"{schedule.name} is paused.")
        return HttpResponseRedirect(_page_of(schedule))

    def _resume(self, request: HttpRequest, schedule: Schedule) -> HttpResponse:
        try:
            resume_schedule(schedule.pk, by=request.user.get_username())
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"{schedule.name} is due again, from now on.")
        return HttpResponseRedirect(_page_of(schedule))


def _page_of(schedule: Schedule) -> str:
    return reverse("admin:scheduling_schedule_change", args=[schedule.pk])


def _minute_of(moment: Any) -> str:
    return NOTHING if moment is None else f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
