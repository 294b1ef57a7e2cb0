from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import display

from system.admin_permissions import LongTableAdmin, ReadOnlyAdmin, RoleModelAdmin
from system.admin_posting import PostAction, PostingAdmin
from system.models import Alert, ApiToken, AppSetting, Node, SystemMetric
from system.readable import NOTHING, read_percent
from system.roles import Role
from system.setting_form import SettingForm

HEALTH_LABELS = {"Healthy": "success", "Warning": "warning", "Critical": "danger"}
HIDDEN = "••••••••"
LISTED_VALUE = 80


@admin.register(SystemMetric)
class SystemMetricAdmin(ReadOnlyAdmin):
    list_display = (
        "timestamp", "node_id", "health", "cpu", "memory", "disk", "load", "internet_connected", "claude",
    )  # fmt: skip
    list_filter = ("overall_health",)
    search_fields = ("=node_id",)
    search_help_text = "Whole name of a node"
    ordering = ("-timestamp", "-id")
    sortable_by = ()

    @display(description="Health", label=HEALTH_LABELS)
    def health(self, metric: SystemMetric) -> str:
        return metric.overall_health.capitalize()

    @display(description="CPU")
    def cpu(self, metric: SystemMetric) -> str:
        return read_percent(metric.cpu_usage_percent)

    @display(description="Memory")
    def memory(self, metric: SystemMetric) -> str:
        return read_percent(metric.memory_usage_percent)

    @display(description="Disk")
    def disk(self, metric: SystemMetric) -> str:
        return read_percent(metric.disk_usage_percent)

    @display(description="Load, 5 min")
    def load(self, metric: SystemMetric) -> str:
        return NOTHING if metric.load_average_5m is None else f"{metric.load_average_5m:.2f}"

    @display(description="Claude API")
    def claude(self, metric: SystemMetric) -> str:
        return NOTHING if metric.claude_api_latency_ms is None else f"{metric.claude_api_latency_ms} ms"


@admin.register(Alert)
class AlertAdmin(LongTableAdmin):
    list_display = ("title", "how_grave", "kind", "at")
    list_filter = ("severity", "kind")
    fields = ("title", "how_grave", "detail", "kind", "data", "at")

    @display(description="Severity", label={"Info": "info", "Warning": "warning", "Critical": "danger"})
    def how_grave(self, alert: Alert) -> str:
        return alert.severity.capitalize()


@admin.register(Node)
class NodeAdmin(ReadOnlyAdmin):
    list_display = (
        "name", "hostname", "version", "workers", "heard", "worker_started_at", "clock_seen_at", "restarts",
    )  # fmt: skip
    search_fields = ("name", "hostname")

    @display(description="Heard of", ordering="worker_seen_at")
    def heard(self, node: Node) -> str:
        silent = node.seconds_silent()
        return "never" if silent is None else f"{max(0, silent):.0f} s ago"


@admin.register(AppSetting)
class AppSettingAdmin(RoleModelAdmin):
    """Only the value is a person's to change; which settings there are, the code says (app_settings)."""

    form = SettingForm
    list_display = ("key", "shown_value", "category", "description", "updated_at")
    list_filter = ("category",)
    search_fields = ("key", "description")
    fields = ("key", "description", "value", "value_type", "category", "updated_at")
    readonly_fields = ("key", "description", "value_type", "category", "updated_at")
    add_role = None
    delete_role = None
    actions = None

    @display(description="Value")
    def shown_value(self, setting: AppSetting) -> str:
        if setting.is_secret:
            return HIDDEN if setting.value else NOTHING
        return setting.value if len(setting.value) <= LISTED_VALUE else f"{setting.value[:LISTED_VALUE]}…"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_readonly)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Who may not change it reads it as it is listed: a secret is shown to nobody."""
        if self.has_change_permission(request, obj):
            return self.fields
        return tuple("shown_value" if name == "value" else name for name in self.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "shown_value")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        form.store()


@admin.register(ApiToken)
class ApiTokenAdmin(PostingAdmin):
    """Who could open what; the digest is shown to nobody. A token is seen once, by who makes it."""

    list_display = (
        "name", "beginning", "role", "state", "last_used_at", "expires_at", "created_by", "created_at",
    )  # fmt: skip
    list_filter = ("role",)
    list_select_related = ("created_by",)
    search_fields = ("name", "prefix")
    list_before_template = "system/token_hint.html"  # type: ignore[assignment]
    fields = (
        "name", "beginning", "role", "state", "created_by", "created_at", "last_used_at", "expires_at",
        "revoked_at",
    )  # fmt: skip
    readonly_fields = fields
    view_role = Role.ADMIN
    add_role = None
    change_role = None
    delete_role = None
    actions = None

    @display(description="Begins with")
    def beginning(self, token: ApiToken) -> str:
        return f"{token.prefix}…"

    @display(description="State", label={"In force": "success", "Revoked": "danger", "Expired": "warning"})
    def state(self, token: ApiToken) -> str:
        if token.revoked_at is not None:
            return "Revoked"
        is_over = token.expires_at is not None and token.expires_at <= timezone.now()
        return "Expired" if is_over else "In force"

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
        now = timezone.now()
        rows = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
        if rows.update(revoked_at=now, updated_at=now):
            messages.success(request, f"{token} is revoked: it opens nothing from now on.")
        else:
            messages.error(request, f"{token} was revoked before.")
        return HttpResponseRedirect(reverse("admin:system_apitoken_change", args=[token.pk]))
