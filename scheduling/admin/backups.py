from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from scheduling.backups import ask_for_backup, ask_for_verification
from system.admin_permissions import may
from system.admin_posting import PostAction, PostingAdmin
from system.backups.downloads import download
from system.errors import DomainError
from system.models import Backup, BackupState
from system.readable import NOTHING, read_bytes, read_duration
from system.roles import Role

STATE_LABELS = {"Queued": "info", "Running": "primary", "Completed": "success", "Failed": "danger"}
TRIED_LABELS = {"Restored": "success", "Failed": "danger"}


@admin.register(Backup)
class BackupAdmin(PostingAdmin):
    """Of all hosts, the newest first. What is done with them is done by jobs, which is why it stands here."""

    list_display = ("name", "condition", "size", "age", "verified_at", "tried", "copy", "node_id")
    list_filter = ("state", "trigger")
    search_fields = ("name",)
    sortable_by = ()
    list_before_template = "scheduling/back_up_now.html"  # type: ignore[assignment]
    when_empty = "There is no backup yet: one is taken each night, or now by the button above."
    fields = (
        "name", "condition", "error", "trigger", "asked_by", "node_id", "path", "engine", "size", "sha256",
        "started_at", "ended_at", "took", "verified_at", "verify_asked_at", "tried", "drilled_at",
        "drill_detail", "copy", "copied_at", "copy_error", "what_is_in_it", "what_is_not",
    )  # fmt: skip
    readonly_fields = fields
    add_role = None
    change_role = None
    delete_role = None
    actions = None

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = tuple(super().get_list_display(request))
        return (*shown, "verify", "download") if may(request, Role.ADMIN) else shown

    @display(description="State", label=STATE_LABELS)
    def condition(self, backup: Backup) -> str:
        return backup.get_state_display()

    @display(description="Size")
    def size(self, backup: Backup) -> str:
        return read_bytes(backup.size_bytes)

    @display(description="Age")
    def age(self, backup: Backup) -> str:
        return read_duration(backup.age_seconds() * 1000)

    @display(description="Took")
    def took(self, backup: Backup) -> str:
        end = backup.ended_at or timezone.now()
        return read_duration((end - backup.started_at).total_seconds() * 1000)

    @display(description="Tried", label=TRIED_LABELS)
    def tried(self, backup: Backup) -> str:
        """What its last drill came to."""
        if backup.drill_passed is None:
            return NOTHING
        return "Restored" if backup.drill_passed else "Failed"

    @display(description="Copied to")
    def copy(self, backup: Backup) -> str:
        return f"not copied: {backup.copy_error}" if backup.copy_error else backup.copied_to or NOTHING

    @display(description="What is in it")
    def what_is_in_it(self, backup: Backup) -> str:
        told = backup.manifest
        if not told:
            return NOTHING
        rows, tables = sum(told["rows"].values()), len(told["rows"])
        by = f"ClaudeOps {told['claudeops']} on {told['engine']} {told['engine_version']}"
        return f"{rows:,} rows in {tables} tables, {len(told['migrations'])} migrations; by {by}"

    @display(description="What is not")
    def what_is_not(self, backup: Backup) -> str:
        return str(backup.manifest.get("keep_apart", NOTHING))

    @display(description="Verify")
    def verify(self, backup: Backup) -> SafeString | str:
        return self.row_button("verify", backup) if _has_file(backup) else NOTHING

    @display(description="Download")
    def download(self, backup: Backup) -> SafeString | str:
        return self.row_button("download", backup) if _has_file(backup) else NOTHING

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction("verify", "Verify", "verified", Role.ADMIN, self._verify, _has_file),
            PostAction("download", "Download", "download", Role.ADMIN, self._download, _has_file),
        ]

    def _verify(self, request: HttpRequest, backup: Backup) -> HttpResponse:
        try:
            ask_for_verification(backup, by=request.user.get_username())
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"{backup} will be read by node {backup.node_id}.")
        return HttpResponseRedirect(reverse("admin:system_backup_change", args=[backup.pk]))

    def _download(self, request: HttpRequest, backup: Backup) -> HttpResponseBase:
        """By POST, although it changes nothing: it holds everything, and no link elsewhere may start it."""
        try:
            return download(backup, by=request.user.get_username())
        except DomainError as error:
            messages.error(request, error.detail)
        return HttpResponseRedirect(reverse("admin:system_backup_change", args=[backup.pk]))

    def get_urls(self) -> list[URLPattern]:
        now = path("now/", self.admin_site.admin_view(self._back_up_now), name="system_backup_now")
        return [now, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        context: dict[str, Any] = {**(extra_context or {}), "may_back_up": may(request, Role.ADMIN)}
        return super().changelist_view(request, context)

    def _back_up_now(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not may(request, Role.ADMIN):
            raise PermissionDenied
        try:
            backup = ask_for_backup(by=request.user.get_username())
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"A backup is queued on node {backup.node_id}.")
        return HttpResponseRedirect(reverse("admin:system_backup_changelist"))


def _has_file(backup: Backup) -> bool:
    return bool(backup.path) and backup.state in (BackupState.COMPLETED, BackupState.FAILED)
