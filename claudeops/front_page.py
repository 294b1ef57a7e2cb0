"""What the console shows first: is the machine well, what runs, what ran, what was not allowed to."""

from typing import Any

from django.db.models import QuerySet

from agents.models import AgentConfiguration, LaunchRefusal
from executions.models import Execution
from system.health import check_health

ROWS = 10
REFUSALS = 5


def front_page() -> dict[str, Any]:
    """The context of templates/claudeops/front_page.html. Every query has a bound."""
    return {
        "health": check_health(),
        "active": _rows(Execution.objects.active()),
        "recent": _rows(Execution.objects.filter(completed_at__isnull=False)),
        "refusals": LaunchRefusal.objects.order_by("-id")[:REFUSALS],
        "agents": AgentConfiguration.objects.defer("config").order_by("name"),
    }


def _rows(executions: QuerySet[Execution]) -> QuerySet[Execution]:
    return executions.defer("raw_output", "execution_context").order_by("-id")[:ROWS]
