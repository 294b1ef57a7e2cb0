from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from claudeops.dashboard import agent_performance, dashboard_stats, recent_activity
from claudeops.schemas import ActivityFilters, ActivityList, AgentPerformanceList, DashboardStats
from system.authentication import require
from system.roles import Role
from system.wire import json_response

router = Router(tags=["dashboard"], auth=require(Role.VIEWER))


@router.get("/stats", response=DashboardStats)
def stats(request: HttpRequest) -> HttpResponse:
    """Counts, money, durations and the machine's health. Zeros where there is nothing yet."""
    return json_response(dashboard_stats())


@router.get("/activity", response=ActivityList)
def activity(request: HttpRequest, filters: Query[ActivityFilters]) -> HttpResponse:
    """The newest executions."""
    return json_response(recent_activity(filters.limit))


@router.get("/agents", response=AgentPerformanceList)
def agents(request: HttpRequest) -> HttpResponse:
    """How each agent has done, what ran most first."""
    return json_response(agent_performance())
