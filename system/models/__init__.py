from system.models.alerts import Alert, Severity
from system.models.audit import AuditEntry
from system.models.backups import Backup, BackupQuerySet, BackupState
from system.models.counters import Counter
from system.models.cursors import Cursor
from system.models.metric_hours import MetricHour
from system.models.metrics import SystemMetric, SystemMetricQuerySet
from system.models.nodes import Node
from system.models.notifications import (
    Delivery,
    Notification,
    NotificationRule,
    NotificationTarget,
    TargetKind,
)
from system.models.sessions import ConsoleSession
from system.models.settings import AppSetting
from system.models.timestamps import Timestamped
from system.models.tokens import ApiToken

__all__ = [
    "Alert",
    "ApiToken",
    "AppSetting",
    "AuditEntry",
    "Backup",
    "BackupQuerySet",
    "BackupState",
    "ConsoleSession",
    "Counter",
    "Cursor",
    "Delivery",
    "MetricHour",
    "Node",
    "Notification",
    "NotificationRule",
    "NotificationTarget",
    "Severity",
    "SystemMetric",
    "SystemMetricQuerySet",
    "TargetKind",
    "Timestamped",
]
