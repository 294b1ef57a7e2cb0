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
    ("GET", "/agents/{agent_type}/versions"): Role.VIEWER,
    ("GET", "/agents/{agent_type}/versions/{number}"): Role.VIEWER,
    ("GET", "/agents/{agent_type}/versions/{number}/diff"): Role.VIEWER,
    ("POST", "/agents/{agent_type}/versions/{number}/restore"): Role.ADMIN,
    ("GET", "/agents/export.yaml"): Role.VIEWER,
    ("GET", "/agents/{agent_type}/export.yaml"): Role.VIEWER,
    ("POST", "/agents/import"): Role.ADMIN,
    ("GET", "/findings"): Role.VIEWER,
    ("GET", "/findings/{finding_id}"): Role.VIEWER,
    ("POST", "/findings/{finding_id}/acknowledge"): Role.OPERATOR,
    ("POST", "/findings/{finding_id}/snooze"): Role.OPERATOR,
    ("POST", "/findings/{finding_id}/resolve"): Role.OPERATOR,
    ("POST", "/findings/{finding_id}/reopen"): Role.OPERATOR,
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
    ("GET", "/schedules"): Role.VIEWER,
    ("GET", "/schedules/calendar"): Role.VIEWER,
    ("POST", "/schedules"): Role.ADMIN,
    ("POST", "/schedules/preview"): Role.VIEWER,
    ("GET", "/schedules/{schedule_id}"): Role.VIEWER,
    ("PUT", "/schedules/{schedule_id}"): Role.ADMIN,
    ("PATCH", "/schedules/{schedule_id}"): Role.ADMIN,
    ("DELETE", "/schedules/{schedule_id}"): Role.ADMIN,
    ("GET", "/schedules/{schedule_id}/fires"): Role.VIEWER,
    ("POST", "/schedules/{schedule_id}/pause"): Role.OPERATOR,
    ("POST", "/schedules/{schedule_id}/resume"): Role.OPERATOR,
    ("POST", "/schedules/{schedule_id}/run"): Role.OPERATOR,
    ("GET", "/hooks"): Role.VIEWER,
    ("POST", "/hooks"): Role.ADMIN,
    ("GET", "/hooks/{slug}"): Role.VIEWER,
    ("PATCH", "/hooks/{slug}"): Role.ADMIN,
    ("DELETE", "/hooks/{slug}"): Role.ADMIN,
    ("POST", "/hooks/{slug}/rotate"): Role.ADMIN,
    ("POST", "/hooks/{slug}/test"): Role.ADMIN,
    ("GET", "/hooks/{slug}/deliveries"): Role.VIEWER,
    ("GET", "/hook-recipes"): Role.VIEWER,
    ("GET", "/dashboard/stats"): Role.VIEWER,
    ("GET", "/dashboard/activity"): Role.VIEWER,
    ("GET", "/dashboard/agents"): Role.VIEWER,
    ("GET", "/system/backups"): Role.VIEWER,
    ("POST", "/system/backups"): Role.ADMIN,
    ("GET", "/system/backups/{backup_id}"): Role.VIEWER,
    ("POST", "/system/backups/{backup_id}/verify"): Role.ADMIN,
    ("GET", "/system/backups/{backup_id}/download"): Role.ADMIN,
    ("GET", "/notifications/targets"): Role.VIEWER,
    ("POST", "/notifications/targets"): Role.ADMIN,
    ("GET", "/notifications/targets/{name}"): Role.VIEWER,
    ("PATCH", "/notifications/targets/{name}"): Role.ADMIN,
    ("DELETE", "/notifications/targets/{name}"): Role.ADMIN,
    ("POST", "/notifications/targets/{name}/test"): Role.ADMIN,
    ("GET", "/notifications/rules"): Role.VIEWER,
    ("POST", "/notifications/rules"): Role.ADMIN,
    ("GET", "/notifications/rules/{name}"): Role.VIEWER,
    ("PATCH", "/notifications/rules/{name}"): Role.ADMIN,
    ("DELETE", "/notifications/rules/{name}"): Role.ADMIN,
    ("GET", "/notifications/outbox"): Role.VIEWER,
    ("POST", "/notifications/outbox/{notification_id}/replay"): Role.OPERATOR,
    ("POST", "/notifications/targets/{name}/replay"): Role.OPERATOR,
    ("GET", "/jobs"): Role.VIEWER,
    ("GET", "/jobs/{name}/runs"): Role.VIEWER,
    ("POST", "/jobs/{name}/run"): Role.ADMIN,
    ("GET", "/metrics"): Role.VIEWER,
    ("GET", "/system/health"): None,
    ("GET", "/system/metrics"): Role.VIEWER,
    ("GET", "/system/metrics/series"): Role.VIEWER,
    ("GET", "/system/nodes"): Role.VIEWER,
    ("GET", "/system/settings"): Role.VIEWER,
    ("GET", "/system/audit"): Role.ADMIN,
}
# No role opens it, and nobody needs one: who sends knows the webhook's secret (tests/scheduling/test_hook_*).
SIGNED = ("POST", "/hooks/{slug}")


def routes() -> set[tuple[str, str]]:
    paths = api.get_openapi_schema()["paths"]
    return {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, operations in paths.items()
        for method in operations
    }


def test_the_table_names_every_route_there_is() -> None:
    assert routes() == {*NEEDED, SIGNED}


@pytest.mark.parametrize("asker", [None, *Role])
def test_no_token_stands_in_for_the_secret_of_a_webhook(asker: Role | None) -> None:
    assert ApiClient(asker).call("POST", "/hooks/alerts").status_code == 401


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
            number=1,
            price_id=1,
            backup_id=1,
            finding_id=1,
            notification_id=1,
            schedule_id=1,
            slug="no-such-hook",
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
