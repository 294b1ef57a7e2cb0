from system.models.alerts import Alert, Severity
from system.models.counters import Counter
from system.models.metrics import SystemMetric, SystemMetricQuerySet
from system.models.nodes import Node
from system.models.settings import AppSetting
from system.models.timestamps import Timestamped
from system.models.tokens import ApiToken

__all__ = [
    "Alert",
    "ApiToken",
    "AppSetting",
    "Counter",
    "Node",
    "Severity",
    "SystemMetric",
    "SystemMetricQuerySet",
    "Timestamped",
]
