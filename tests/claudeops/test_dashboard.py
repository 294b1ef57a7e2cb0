"""The dashboard's figures (rows 35 to 37 of the seed): right, fresh, and at a cost that does not grow."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.utils import timezone

from claudeops.schemas import ActivityList, AgentPerformanceList, DashboardStats
from costs.models import DailyCost
from executions.models import Execution
from executions.services import Tracker, cancel_execution, claim_execution, create_execution
from system.models import SystemMetric
from system.roles import Role
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def stats(viewer: ApiClient) -> dict[str, Any]:
    response = viewer.get("/dashboard/stats")
    assert response.status_code == 200, response.content
    DashboardStats.model_validate_json(response.content)
    document: dict[str, Any] = response.json()
    return document


def running(agent_type: str = "a") -> Tracker:
    execution, _ = create_execution(agent_type=agent_type, node_id="n")
    lease = claim_execution(execution.pk, owner="worker-1")
    assert lease is not None
    return lease.tracker()


def ended(agent_type: str, milliseconds: int, cost: str = "0", *, success: bool = True) -> None:
    tracker = running(agent_type)
    started = Execution.objects.get(pk=tracker.execution_id).started_at
    with tracker.batch() as change:
        change.add_cost(Decimal(cost), 100, model="m")
        change.complete(success=success, at=started + timedelta(milliseconds=milliseconds))


def test_an_empty_installation_is_all_zeros(viewer: ApiClient) -> None:
    assert stats(viewer) == {
        "execution_stats": {
            "total": 0,
            "pending": 0,
            "running": 0,
            "completed": 0,
            "failed": 0,
            "cancelled": 0,
            "completion_rate": 0.0,
        },
        "cost_stats": {
            "current_month": "0",
            "last_month": "0",
            "average_per_execution": "0",
            "total_tokens": 0,
        },
        "performance_stats": {"average_duration": 0.0, "fastest": 0, "slowest": 0},
        "system_health": {"status": "healthy", "cpu": 0, "memory": 0, "disk": 0},
    }
    assert viewer.get("/dashboard/agents").json() == {"items": [], "count": 0}
    assert viewer.get("/dashboard/activity").json() == {"items": [], "count": 0}


def test_counts_of_each_state_and_the_rate_of_completion(viewer: ApiClient) -> None:
    ended("a", 100)
    ended("a", 300)
    ended("b", 9000, success=False)
    running()
    create_execution(agent_type="a", node_id="n")
    gone, _ = create_execution(agent_type="a", node_id="n")
    cancel_execution(gone.pk, by="ada")
    document = stats(viewer)
    assert document["execution_stats"] == {
        "total": 6,
        "pending": 1,
        "running": 1,
        "completed": 2,
        "failed": 1,
        "cancelled": 1,
        "completion_rate": 33.33,
    }
    assert document["performance_stats"] == {"average_duration": 200.0, "fastest": 100, "slowest": 300}


def spent(day: datetime, cost: str) -> None:
    DailyCost.objects.create(
        day=day.date(), agent_type="a", model_used="m", node_id="n", cost_usd=cost, tokens_used=10, records=1
    )


def test_months_are_calendar_months_of_the_time_zone(viewer: ApiClient, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    today = timezone.now().astimezone(ZoneInfo("Pacific/Auckland")).replace(day=1)
    spent(today, "1.000000000001")
    spent(today - timedelta(days=1), "2")
    spent((today - timedelta(days=1)).replace(day=1), "4")
    spent((today - timedelta(days=1)).replace(day=1) - timedelta(days=1), "8")
    costs = stats(viewer)["cost_stats"]
    assert (costs["current_month"], costs["last_month"], costs["total_tokens"]) == ("1.000000000001", "6", 10)


def test_the_average_is_over_executions_with_costs_of_this_month(viewer: ApiClient) -> None:
    today = timezone.localdate()
    ended("a", 1)  # the rules judged it: no request, no cost
    old = today.replace(day=1) - timedelta(days=1)
    for day, cost in ((today, "0.75"), (old, "100")):
        DailyCost.objects.create(
            day=day, agent_type="a", model_used="m", node_id="n", cost_usd=cost, executions=3, records=9
        )
    assert stats(viewer)["cost_stats"]["average_per_execution"] == "0.25"
    assert viewer.get("/costs/current-month").json()["avg_cost_per_execution"] == "0.25"


def test_a_repair_of_the_sums_is_seen_at_once(viewer: ApiClient) -> None:
    spent(timezone.localtime(), "1")
    assert stats(viewer)["cost_stats"]["current_month"] == "1"
    DailyCost.objects.update(cost_usd="2")  # no event tells of it
    assert stats(viewer)["cost_stats"]["current_month"] == "2"


def test_what_happens_is_seen_at_once(viewer: ApiClient) -> None:
    tracker = running()
    assert stats(viewer)["execution_stats"]["running"] == 1
    tracker.complete()
    after = stats(viewer)["execution_stats"]
    assert (after["running"], after["completed"]) == (0, 1)


def test_the_last_sample_is_seen_at_once(viewer: ApiClient) -> None:
    stats(viewer)
    SystemMetric.objects.create(cpu_usage_percent=91.5, overall_health="critical")
    health = stats(viewer)["system_health"]
    assert health == {"status": "critical", "cpu": 91.5, "memory": 0, "disk": 0}


def test_the_number_of_queries_does_not_grow(viewer: ApiClient, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        ended(f"agent-{number}", 10)
    viewer.get("/executions")  # the token is known now
    with django_assert_max_num_queries(6):
        viewer.get("/dashboard/stats")
    with django_assert_max_num_queries(2):
        viewer.get("/dashboard/agents")
    with django_assert_max_num_queries(1):
        viewer.get("/dashboard/activity?limit=30")


def test_agents_what_ran_most_first(viewer: ApiClient) -> None:
    ended("rare", 10, "1")
    for _ in range(2):
        ended("often", 100, "0.000000000001")
    ended("often", 400, success=False)
    last = Execution.objects.get(pk=running("often").execution_id).started_at
    response = viewer.get("/dashboard/agents")
    AgentPerformanceList.model_validate_json(response.content)
    first, second = response.json()["items"]
    assert first == {
        "agent_type": "often",
        "total_executions": 4,
        "successful_executions": 2,
        "failed_executions": 1,
        "avg_duration": 200.0,
        "total_cost": "0.000000000002",
        "avg_cost": "0.000000000001",
        "last_executed": last.isoformat().replace("+00:00", "Z"),
    }
    assert (second["agent_type"], second["total_executions"]) == ("rare", 1)


def test_an_agent_that_has_only_begun_is_there_too(viewer: ApiClient) -> None:
    create_execution(agent_type="new", node_id="n")
    item = viewer.get("/dashboard/agents").json()["items"][0]
    assert (item["total_executions"], item["avg_duration"], item["avg_cost"]) == (1, 0.0, "0")


def test_activity_is_the_newest_few(viewer: ApiClient) -> None:
    for number in range(12):
        ended(f"agent-{number}", 10, "0.5")
    response = viewer.get("/dashboard/activity")
    ActivityList.model_validate_json(response.content)
    items = response.json()["items"]
    assert [item["agent_type"] for item in items] == [f"agent-{number}" for number in range(11, 1, -1)]
    assert items[0]["cost_usd"] == "0.5"
    assert len(viewer.get("/dashboard/activity?limit=3").json()["items"]) == 3
