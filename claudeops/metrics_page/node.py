"""The page of a node: how it is and why, what it does, what it did, and its curves."""

from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from claudeops.metrics_page.choice import read_choice, time_links
from claudeops.metrics_page.metrics import curves
from executions.models import Execution
from scheduling.models import Schedule
from system import app_settings
from system.machine_health import cores_of, old_after_seconds, verdicts_of
from system.models import Alert, Node, SystemMetric
from system.models.alerts import OPEN_ALERT
from system.readable import read_bytes

MOST_ACTIVE = 20
MOST_RECENT = 15
MOST_ALERTS = 8
MOST_SCHEDULES = 20


def node_page(request: HttpRequest, node: Node) -> dict[str, Any]:
    """The context of templates/claudeops/node_page.html. Every list has a bound."""
    now = timezone.now()
    choice, problem = read_choice(request.GET, reverse("admin:system_node_change", args=[node.pk]), now)
    sample = SystemMetric.objects.on_node(node.name).newest_first().first()
    silent = node.seconds_silent()
    runs = Execution.objects.on_node(node.name).defer("raw_output", "execution_context")
    return {
        "node": node,
        "problem": problem,
        "is_alive": silent is not None and silent <= settings.LEASE_SECONDS,
        "sample": sample,
        "is_sample_old": sample is not None
        and (now - sample.timestamp).total_seconds() > old_after_seconds(),
        "verdicts": verdicts_of(sample, app_settings.get("health.thresholds")) if sample else [],
        "cores": sample and cores_of(sample),
        "disk": _disk(sample),
        "active": list(runs.active().order_by("-status", "-id")[:MOST_ACTIVE]),
        "recent": list(runs.filter(completed_at__isnull=False).newest_first()[:MOST_RECENT]),
        "alerts": list(Alert.objects.filter(OPEN_ALERT & Q(node_id=node.name)).order_by("-pk")[:MOST_ALERTS]),
        "schedules": _schedules(node.name),
        "links": _links(node.name),
        **curves(choice.of([]), [node.name], [sample] if sample else []),
        **time_links(choice.of([]), now),
    }


def _disk(sample: SystemMetric | None) -> str:
    """ "12.3 GiB of 100 GiB free"."""
    if sample is None or sample.disk_free_bytes is None:
        return ""
    return f"{read_bytes(sample.disk_free_bytes)} of {read_bytes(sample.disk_total_bytes)} free"


def _schedules(name: str) -> list[Schedule]:
    """Those that name the node, the next to run first. Chosen here, as SQLite cannot look into a list of
    names, and of all that there are: a node may be named by the last of them.
    """
    enabled = Schedule.objects.filter(enabled=True, next_run__isnull=False).order_by("next_run", "pk")
    naming = (pk for pk, nodes in enabled.values_list("pk", "node_ids") if name in nodes)
    return list(enabled.filter(pk__in=list(islice(naming, MOST_SCHEDULES))))


def _links(name: str) -> list[tuple[str, str]]:
    node = urlencode({"node_id": name})
    return [
        ("All its executions", f"{reverse('admin:executions_execution_changelist')}?{node}"),
        ("What it costs", f"{reverse('admin:costs_overview')}?{urlencode({'node': name})}"),
        ("Its samples", f"{reverse('admin:system_systemmetric_changelist')}?{urlencode({'q': name})}"),
        ("Beside other nodes", reverse("admin:metrics")),
    ]
