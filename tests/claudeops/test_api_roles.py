"""Every route of the API, as each role and as nobody: who gets through, and who does not."""

import pytest

from claudeops.api import api
from system.roles import Role
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db

UID = "01890000-0000-7000-8000-000000000000"

NEEDED: dict[tuple[str, str], Role | None] = {
    ("GET", "/executions"): Role.VIEWER,
    ("POST", "/executions"): Role.OPERATOR,
    ("GET", "/executions/running"): Role.VIEWER,
    ("GET", "/executions/stats"): Role.VIEWER,
    ("GET", "/executions/{execution_id}"): Role.VIEWER,
    ("GET", "/executions/{execution_id}/events"): Role.VIEWER,
    ("GET", "/executions/{execution_id}/logs"): Role.VIEWER,
    ("POST", "/executions/{execution_id}/cancel"): Role.OPERATOR,
    ("POST", "/executions/{execution_id}/rerun"): Role.OPERATOR,
    ("POST", "/tracking/executions"): Role.OPERATOR,
    ("POST", "/tracking/executions/{execution_id}/batch"): Role.OPERATOR,
    ("GET", "/agents"): Role.VIEWER,
    ("POST", "/agents"): Role.ADMIN,
    ("GET", "/agents/{agent_type}"): Role.VIEWER,
    ("PUT", "/agents/{agent_type}"): Role.ADMIN,
    ("PATCH", "/agents/{agent_type}"): Role.ADMIN,
    ("DELETE", "/agents/{agent_type}"): Role.ADMIN,
    ("POST", "/agents/{agent_type}/run"): Role.OPERATOR,
    ("GET", "/costs/prices"): Role.VIEWER,
    ("POST", "/costs/prices"): Role.ADMIN,
    ("PATCH", "/costs/prices/{price_id}"): Role.ADMIN,
    ("DELETE", "/costs/prices/{price_id}"): Role.ADMIN,
    ("POST", "/costs/price"): Role.VIEWER,
    ("GET", "/costs/current-month"): Role.VIEWER,
    ("GET", "/costs/daily"): Role.VIEWER,
    ("GET", "/costs/trends"): Role.VIEWER,
    ("GET", "/costs/breakdown"): Role.VIEWER,
    ("GET", "/costs/analysis"): Role.VIEWER,
    ("GET", "/costs/summaries"): Role.VIEWER,
    ("GET", "/costs/summaries/{year}/{month}"): Role.VIEWER,
    ("POST", "/costs/summaries/{year}/{month}"): Role.OPERATOR,
    ("GET", "/system/alerts"): Role.VIEWER,
    ("GET", "/costs/savings"): Role.VIEWER,
    ("GET", "/costs/advice"): Role.VIEWER,
    ("GET", "/costs/anomalies"): Role.VIEWER,
    ("GET", "/costs/forecast"): Role.VIEWER,
    ("GET", "/costs"): Role.VIEWER,
    ("GET", "/costs/export.csv"): Role.VIEWER,
    ("GET", "/costs/export.jsonl"): Role.VIEWER,
    ("GET", "/costs/reconciliation"): Role.VIEWER,
    ("POST", "/costs/reconciliation"): Role.ADMIN,
    ("GET", "/costs/budgets"): Role.VIEWER,
    ("POST", "/costs/budgets"): Role.ADMIN,
    ("GET", "/costs/budgets/{name}"): Role.VIEWER,
    ("PUT", "/costs/budgets/{name}"): Role.ADMIN,
    ("PATCH", "/costs/budgets/{name}"): Role.ADMIN,
    ("DELETE", "/costs/budgets/{name}"): Role.ADMIN,
    ("GET", "/dashboard/stats"): Role.VIEWER,
    ("GET", "/dashboard/activity"): Role.VIEWER,
    ("GET", "/dashboard/agents"): Role.VIEWER,
    ("GET", "/system/health"): None,
    ("GET", "/system/metrics"): Role.VIEWER,
    ("GET", "/system/nodes"): Role.VIEWER,
    ("GET", "/system/settings"): Role.VIEWER,
}


def routes() -> set[tuple[str, str]]:
    paths = api.get_openapi_schema()["paths"]
    return {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, operations in paths.items()
        for method in operations
    }


def test_the_table_names_every_route_there_is() -> None:
    assert routes() == set(NEEDED)


@pytest.mark.parametrize("asker", [None, *Role])
@pytest.mark.parametrize("route", NEEDED, ids=" ".join)
def test_a_route_lets_through_whom_it_should(route: tuple[str, str], asker: Role | None) -> None:
    method, path = route
    needed = NEEDED[route]
    response = ApiClient(asker).call(
        method,
        path.format(
            execution_id=UID,
            agent_type="no-such-agent",
            price_id=1,
            name="no-such-budget",
            year=2026,
            month=11,
        ),
    )
    if needed is None or (asker is not None and asker.includes(needed)):
        assert response.status_code not in (401, 403)
    else:
        assert response.status_code == (401 if asker is None else 403)
        assert response.headers["Content-Type"] == "application/problem+json"
