"""The front page in pieces. Nothing in them depends on who looks, so the pulse renders them once for all."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from agents.models import LaunchRefusal
from claudeops.front_page.days import last_days, outcomes, spending
from claudeops.front_page.findings import findings_now
from claudeops.front_page.history import agents_now, recent_runs
from claudeops.front_page.money import money_now
from claudeops.front_page.nodes import nodes_now
from executions.statistics import count_active, percent
from scheduling.models import Schedule
from system.health import check_health
from system.models import Alert
from system.sections import Section, render_section

MOST_ALERTS = 8
MOST_COMING = 8
MOST_REFUSALS = 5
NO_NEWCOMER = 10  # runs: who has had so many in a month need not be told what to do first
NAMES = (
    "figures", "first_steps", "alerts", "findings", "coming", "budgets", "spending", "outcomes", "agents",
    "nodes", "recent", "refused",
)  # fmt: skip
OPEN = Q(resolved_at__isnull=True) & ~Q(subject="")


def read_sections() -> dict[str, Section]:
    """Every query has a bound, and their number is fixed."""
    context = _context()
    return {name: render_section(name, f"claudeops/front/{name}.html", context) for name in NAMES}


def _context() -> dict[str, Any]:
    now, days = timezone.now(), last_days()
    health = check_health()
    stack, ended = outcomes(days)
    agents, open_alerts = agents_now(), Alert.objects.filter(OPEN)
    has_run, has_schedule = any(agent.last for agent in agents), Schedule.objects.exists()
    return {
        "health": health,
        "nodes": nodes_now(health.nodes),
        "nodes_alive": sum(node.is_alive for node in health.nodes),
        "active": count_active(),
        "money": money_now(now),
        "spending": spending(days),
        "outcomes": stack,
        "ended": ended,
        "ended_count": sum(ended.values()),
        "success": percent(ended["completed"], sum(ended.values())),
        "agents": agents,
        "has_run": has_run,
        "is_new": not has_run or (not has_schedule and sum(ended.values()) < NO_NEWCOMER),
        "runnable": next((agent for agent in agents if agent.key and agent.is_enabled), None),
        "recent": recent_runs(),
        "alerts": list(open_alerts.order_by("-pk")[:MOST_ALERTS]),  # two sections show of them
        "alert_count": open_alerts.count(),
        "findings": findings_now(),
        "coming": _coming(),
        "has_schedule": has_schedule,
        "refusals": LaunchRefusal.objects.order_by("-pk")[:MOST_REFUSALS],
    }


def _coming() -> Any:
    """What is due next, of schedules that are on and whose agent is."""
    due = Schedule.objects.filter(enabled=True, agent__enabled=True, next_run__isnull=False)
    return due.select_related("agent").order_by("next_run", "pk")[:MOST_COMING]
