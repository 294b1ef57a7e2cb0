"""GET /executions/stats (row 28 of the seed): from daily sums and what is active, exact."""

from decimal import Decimal
from typing import Any

import pytest

from executions.schemas import StatsOut
from executions.services import Tracker, claim_execution, create_execution
from system.roles import Role
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def running(agent_type: str) -> Tracker:
    execution, _ = create_execution(agent_type=agent_type, node_id="n")
    lease = claim_execution(execution.pk, owner="worker-1")
    assert lease is not None
    return lease.tracker()


def ended(agent_type: str, cost: str, *, success: bool) -> None:
    with running(agent_type).batch() as change:
        change.add_cost(Decimal(cost), 10, model="m")
        change.complete(success=success)


def test_nothing_yet_is_all_zeros(viewer: ApiClient) -> None:
    assert viewer.get("/executions/stats").json() == {
        "total": 0,
        "avg_duration": 0.0,
        "avg_cost": "0",
        "success_rate": 0.0,
    }


def test_sums_over_everything_and_of_one_agent(viewer: ApiClient) -> None:
    ended("a", "0.25", success=True)
    ended("a", "0.000000000001", success=False)
    ended("b", "1", success=True)
    running("a")
    create_execution(agent_type="b", node_id="n")
    whole = viewer.get("/executions/stats")
    StatsOut.model_validate_json(whole.content)
    assert whole.json()["total"] == 5
    assert whole.json()["avg_cost"] == "0.416666666667"
    assert whole.json()["success_rate"] == 40.0
    of_a = viewer.get("/executions/stats?agent_type=a").json()
    assert (of_a["total"], of_a["success_rate"]) == (3, 33.33)
    assert viewer.get("/executions/stats?agent_type=none").json()["total"] == 0


def test_it_takes_two_queries(viewer: ApiClient, django_assert_num_queries: Any) -> None:
    ended("a", "0.25", success=True)
    viewer.get("/executions")  # the token is known now
    with django_assert_num_queries(2):
        viewer.get("/executions/stats")
