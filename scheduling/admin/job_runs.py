from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from scheduling.job_overview import list_jobs
from scheduling.job_runs import ask_for_job
from scheduling.jobs import JOBS
from scheduling.models import JobRun
from system.admin_filters import KnownValuesFilter
from system.admin_permissions import may
from system.admin_posting import PostAction, PostingAdmin
from system.errors import DomainError
from system.readable import read_duration
from system.roles import Role

STATE_LABELS = {
    "Queued": "info", "Running": "primary", "Completed": "success", "Failed": "danger", "Skipped": "warning",
}  # fmt: skip


class JobFilter(KnownValuesFilter):
    title = "job"
    parameter_name = "name"

    def known_values(self) -> Iterable[str]:
        return [job.name for job in JOBS]


@admin.register(JobRun)
class JobRunAdmin(PostingAdmin):
    """What the jobs did, newest first. Which jobs there are, the code says (scheduling.jobs)."""

    list_display = ("name", "due_at", "condition", "took", "outcome", "asked_by")
    list_filter = ("state", JobFilter)
    search_fields = ("name",)
    sortable_by = ()
    fields = (
        "name", "what", "when", "due_at", "condition", "asked_by", "owner", "queued_at", "started_at",
        "ended_at", "took", "result", "error",
    )  # fmt: skip
    readonly_fields = fields
    when_empty = "No job has run yet: the clock starts each when it is due, or press Run now above."
    list_before_template = "scheduling/jobs.html"  # type: ignore[assignment]
    add_role = None
    change_role = None
    delete_role = None
    actions = None

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = tuple(super().get_list_display(request))
        return (*shown, "run") if may(request, Role.ADMIN) else shown

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Above the runs: every job, also one that never ran."""
        jobs: dict[str, Any] = {"jobs": list_jobs(timezone.now()), "may_run": may(request, Role.ADMIN)}
        return super().changelist_view(request, {**(extra_context or {}), **jobs})

    def get_urls(self) -> list[URLPattern]:
        start = self.admin_site.admin_view(self._start)
        return [path("start/<slug:name>/", start, name="scheduling_jobrun_start"), *super().get_urls()]

    def _start(self, request: HttpRequest, name: str) -> HttpResponse:
        """Queue a job by its name, and come back."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not may(request, Role.ADMIN):
            raise PermissionDenied
        self._ask(request, name)
        return HttpResponseRedirect(reverse("admin:scheduling_jobrun_changelist"))

    @display(description="State", label=STATE_LABELS)
    def condition(self, run: JobRun) -> str:
        return run.get_state_display()

    @display(description="Took")
    def took(self, run: JobRun) -> str:
        return read_duration(run.elapsed_ms())

    @display(description="Result")
    def outcome(self, run: JobRun) -> str:
        return run.error or run.result

    @display(description="What it does")
    def what(self, run: JobRun) -> str:
        return next((job.what for job in JOBS if job.name == run.name), "This version has no such job.")

    @display(description="When")
    def when(self, run: JobRun) -> str:
        return next((str(job.when) for job in JOBS if job.name == run.name), "never")

    @display(description="Run")
    def run(self, run: JobRun) -> SafeString:
        return self.row_button("run", run)

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction(
                name="run",
                label="Run now",
                icon="play_arrow",
                role=Role.ADMIN,
                perform=self._run,
                variant="primary",
            )
        ]

    def _run(self, request: HttpRequest, before: JobRun) -> HttpResponse:
        """The same job once more, in the queue of this node."""
        shown = self._ask(request, before.name) or before
        return HttpResponseRedirect(reverse("admin:scheduling_jobrun_change", args=[shown.pk]))

    def _ask(self, request: HttpRequest, name: str) -> JobRun | None:
        """The run that was queued; None, and why not is said."""
        try:
            run = ask_for_job(name, by=request.user.get_username(), node=settings.NODE_NAME)
        except DomainError as error:
            messages.error(request, error.detail)
            return None
        messages.success(request, f"{run.name} waits for a worker of node {settings.NODE_NAME}.")
        return run
