from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from system.admin_filters import OpenFilter
from system.admin_permissions import LongTableAdmin, ReadOnlyAdmin
from system.audit_admin import AuditEntryAdmin
from system.machine_health import old_after_seconds
from system.models import Alert, Counter, Cursor, MetricHour, Node, SystemMetric
from system.notifications.admin import NotificationAdmin, RuleAdmin, TargetAdmin
from system.readable import NOTHING, read_moment, read_percent
from system.session_admin import ConsoleSessionAdmin
from system.setting_admin import AppSettingAdmin
from system.token_admin import ApiTokenAdmin

# They register themselves.
__all__ = [
    "ApiTokenAdmin",
    "AppSettingAdmin",
    "AuditEntryAdmin",
    "ConsoleSessionAdmin",
    "NotificationAdmin",
    "RuleAdmin",
    "TargetAdmin",
]

HEALTH_LABELS = {"Healthy": "success", "Warning": "warning", "Critical": "danger"}


@admin.register(SystemMetric)
class SystemMetricAdmin(LongTableAdmin):
    list_display = (
        "timestamp", "node_id", "health", "cpu", "memory", "disk", "load", "internet_connected", "claude",
    )  # fmt: skip
    list_filter = ("overall_health",)
    search_fields = ("node_id__exact",)
    search_help_text = "Whole name of a node"
    ordering = ("-timestamp",)

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
    list_display = ("title", "how_grave", "condition", "kind", "agent_type", "node_id", "at")
    list_filter = (OpenFilter, "severity", "kind")
    when_empty = "No alert: nothing has gone wrong that anybody was to be told of."
    fields = (
        "title", "how_grave", "condition", "detail", "kind", "agent_type", "node_id", "data", "at",
        "resolved_at",
    )  # fmt: skip

    @display(description="Severity", label={"Info": "info", "Warning": "warning", "Critical": "danger"})
    def how_grave(self, alert: Alert) -> str:
        return alert.severity.capitalize()

    @display(description="State", label={"Open": "warning", "Resolved": "success"})
    def condition(self, alert: Alert) -> str:
        """Of what goes on until it is over; the others are said, and that is all."""
        if alert.is_open:
            return "Open"
        return "Resolved" if alert.resolved_at else NOTHING


@admin.register(Node)
class NodeAdmin(ReadOnlyAdmin):
    """Its page, which knows what runs there, is claudeops/admin.py's."""

    list_display = (
        "name", "condition", "machine", "heard", "workers", "hostname", "version", "started", "clock",
        "restarts",
    )  # fmt: skip
    search_fields = ("name", "hostname")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Node]:
        # What was sampled longer ago says nothing of how the machine is.
        since = timezone.now() - timedelta(seconds=old_after_seconds())
        recent = SystemMetric.objects.filter(node_id=OuterRef("name"), timestamp__gte=since)
        newest = recent.newest_first()
        nodes: QuerySet[Node] = super().get_queryset(request)
        return nodes.annotate(health=Subquery(newest.values("overall_health")[:1]))

    @display(
        description="Workers are",
        label={"At work": "success", "Silent": "danger", "Stopped": "info", "Never heard of": "warning"},
    )
    def condition(self, node: Node) -> str:
        if node.worker_seen_at is None:
            return "Never heard of"
        if node.worker_stopped_at is not None and node.worker_stopped_at >= node.worker_seen_at:
            return "Stopped"
        return "At work" if (node.seconds_silent() or 0) <= settings.LEASE_SECONDS else "Silent"

    @display(description="Machine", label=HEALTH_LABELS)
    def machine(self, node: Any) -> str:
        return str(node.health).capitalize() if node.health else NOTHING

    @display(description="Last seen", ordering="worker_seen_at")
    def heard(self, node: Node) -> str:
        return read_moment(node.worker_seen_at) if node.worker_seen_at else "never"

    @display(description="Started", ordering="worker_started_at")
    def started(self, node: Node) -> str:
        return read_moment(node.worker_started_at)

    @display(description="Clock last seen", ordering="clock_seen_at")
    def clock(self, node: Node) -> str:
        return read_moment(node.clock_seen_at)


@admin.register(MetricHour)
class MetricHourAdmin(LongTableAdmin):
    """What is left of the samples when they are deleted."""

    list_display = ("hour", "node_id", "samples", "cpu", "memory", "disk")
    search_fields = ("node_id__exact",)
    search_help_text = "Whole name of a node"
    ordering = ("-hour",)

    @display(description="CPU, mean")
    def cpu(self, row: MetricHour) -> str:
        return read_percent(row.mean("cpu"))

    @display(description="Memory, mean")
    def memory(self, row: MetricHour) -> str:
        return read_percent(row.mean("memory"))

    @display(description="Disk, mean")
    def disk(self, row: MetricHour) -> str:
        return read_percent(row.mean("disk"))


@admin.register(Counter)
class CounterAdmin(ReadOnlyAdmin):
    """What was ever counted for /metrics."""

    list_display = ("name", "labels", "value")
    search_fields = ("name", "labels")
    ordering = ("name", "labels")


@admin.register(Cursor)
class CursorAdmin(ReadOnlyAdmin):
    """How far the readers of growing tables have come."""

    list_display = ("name", "position")
