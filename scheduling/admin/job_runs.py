from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import display

from scheduling.job_runs import ask_for_job
from scheduling.jobs import JOBS
from scheduling.models import JobRun
from system.admin_permissions import may
from system.admin_posting import PostAction, PostingAdmin
from system.errors import DomainError
from system.readable import read_duration
from system.roles import Role

STATE_LABELS = {
    "Queued": "info", "Running": "primary", "Completed": "success", "Failed": "danger", "Skipped": "warning",
}  # fmt: skip


@admin.register(JobRun)
class JobRunAdmin(PostingAdmin):
    """What the jobs did, newest first. Which jobs there are, the code says (scheduling.jobs)."""

    list_display = ("name", "due_at", "condition", "took", "outcome", "asked_by")
    list_filter = ("state", "name")
    search_fields = ("name",)
    sortable_by = ()
    fields = (
        "name", "what", "when", "due_at", "condition", "asked_by", "owner", "queued_at", "started_at",
        "ended_at", "took", "result", "error",
    )  # fmt: skip
    readonly_fields = fields
    add_role = None
    change_role = None
    delete_role = None
    actions = None

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = tuple(super().get_list_display(request))
        return (*shown, "run") if may(request, Role.ADMIN) else shown

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
        shown: Any = before
        try:
            by = request.user.get_username()
            shown = ask_for_job(before.name, by=by, node=settings.NODE_NAME)
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"{shown.name} waits for a worker of node {settings.NODE_NAME}.")
        return HttpResponseRedirect(reverse("admin:scheduling_jobrun_change", args=[shown.pk]))
