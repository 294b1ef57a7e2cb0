"""The machine that ClaudeOps runs on: its health, samples, nodes and settings."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from system.authentication import require
from system.health import SystemHealth, check_health
from system.models import Alert, AppSetting, Node, SystemMetric
from system.models.alerts import OPEN_ALERT
from system.paging import Page, given, page_of
from system.roles import Role
from system.schemas import (
    AlertFilters,
    AlertList,
    HealthOut,
    MetricFilters,
    MetricList,
    NodeList,
    SettingList,
)

router = Router(tags=["system"], auth=require(Role.VIEWER))


@router.get("/health", response={200: HealthOut, 503: HealthOut}, auth=None)
def health(request: HttpRequest) -> Status[dict[str, Any]]:
    """Open to all. 503 while the database does not answer; a machine in bad health is a 200 that says so."""
    found = check_health()
    return Status(200 if found.database.answers else 503, _health_of(found))


def _health_of(found: SystemHealth) -> dict[str, Any]:
    metric = found.metric
    return {
        "status": found.status,
        "version": settings.VERSION,
        "database": found.database,
        "queue": {"messages": found.queued_messages},
        "workers": [
            {
                "node": node.name,
                "is_alive": node.is_alive,
                "seconds_silent": node.seconds_silent,
                "workers": node.workers,
                "restarts": node.restarts,
            }
            for node in found.nodes
        ],
        "clock": _clock() if found.database.answers else {"is_alive": False, "seconds_silent": None},
        "machine": metric
        and {
            "status": metric.overall_health,
            "cpu": metric.cpu_usage_percent,
            "memory": metric.memory_usage_percent,
            "disk": metric.disk_usage_percent,
            "at": metric.timestamp,
        },
    }


def _clock() -> dict[str, Any]:
    """One clock is enough, on whatever node it runs."""
    seen: datetime | None = Node.objects.aggregate(seen=Max("clock_seen_at"))["seen"]
    silent = None if seen is None else (timezone.now() - seen).total_seconds()
    return {
        "is_alive": silent is not None and silent <= settings.LEASE_SECONDS,
        "seconds_silent": silent,
    }


@router.get("/metrics", response=MetricList)
def metrics(request: HttpRequest, filters: Query[MetricFilters]) -> dict[str, Any]:
    """Samples, the newest first. `date_from` is included, `date_to` is not, unless it is a whole day."""
    rows = SystemMetric.objects.newest_first()
    if filters.node_id is not None:
        rows = rows.on_node(filters.node_id)
    if filters.date_from is not None:
        rows = rows.filter(timestamp__gte=filters.date_from)
    if filters.date_to is not None:
        rows = rows.filter(timestamp__lt=filters.date_to)
    return page_of(rows, filters)


@router.get("/nodes", response=NodeList)
def nodes(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """Hosts that run agents, by name."""
    return page_of(Node.objects.all(), page)


@router.get("/alerts", response=AlertList)
def alerts(request: HttpRequest, filters: Query[AlertFilters]) -> dict[str, Any]:
    """What a person should know, the newest first; each thing is said once."""
    rows = Alert.objects.filter(**given({"kind": filters.kind, "severity": filters.severity}))
    if filters.is_open is not None:
        rows = rows.filter(OPEN_ALERT) if filters.is_open else rows.exclude(OPEN_ALERT)
    return page_of(rows, filters)


@router.get("/settings", response=SettingList)
def app_settings(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """What a person may change while ClaudeOps runs. The value of a secret is never shown."""
    found = page_of(AppSetting.objects.all(), page)
    return {**found, "items": [_setting_of(row) for row in found["items"]]}


def _setting_of(row: AppSetting) -> dict[str, Any]:
    shown = {
        name: getattr(row, name)
        for name in (
            "key", "value_type", "category", "description", "is_secret", "is_readonly", "updated_at"
        )
    }  # fmt: skip
    return {**shown, "value": None if row.is_secret else _value_of(row)}


def _value_of(row: AppSetting) -> Any:
    try:
        return row.decoded()
    except ValueError:  # raw SQL wrote it
        return row.value
