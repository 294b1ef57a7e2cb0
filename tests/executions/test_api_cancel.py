"""POST /executions/{id}/cancel: at once what waits, by its worker what runs, never what has ended."""

import pytest

from executions.models import Execution, Status
from executions.services import claim_execution, create_execution, start_remote_execution
from system.roles import Role
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> ApiClient:
    return ApiClient(Role.OPERATOR)


def test_what_waits_is_cancelled_at_once(operator: ApiClient) -> None:
    execution, _ = create_execution(agent_type="a", node_id="n")
    response = operator.post(f"/executions/{execution.uid}/cancel")
    assert response.status_code == 200
    assert response.json() == {"id": str(execution.uid), "outcome": "cancelled"}
    execution.refresh_from_db()
    assert (execution.status, execution.exit_code) == (Status.CANCELLED, 130)


def test_what_runs_elsewhere_is_cancelled_at_once(operator: ApiClient) -> None:
    execution, _ = start_remote_execution(agent_type="a", node_id="n")
    assert operator.post(f"/executions/{execution.uid}/cancel").status_code == 200


def test_of_what_runs_here_the_worker_is_asked(operator: ApiClient) -> None:
    execution, _ = create_execution(agent_type="a", node_id="n")
    assert claim_execution(execution.pk, owner="worker-1")
    response = operator.post(f"/executions/{execution.uid}/cancel")
    assert response.status_code == 202
    assert response.json()["outcome"] == "requested"
    execution.refresh_from_db()
    assert execution.status == Status.RUNNING
    assert execution.cancel_requested_by == "operator of the test"


def test_what_has_ended_stays_as_it_is(operator: ApiClient) -> None:
    execution, _ = create_execution(agent_type="a", node_id="n")
    operator.post(f"/executions/{execution.uid}/cancel")
    before = Execution.objects.values().get(pk=execution.pk)
    assert operator.post(f"/executions/{execution.uid}/cancel").status_code == 409
    assert Execution.objects.values().get(pk=execution.pk) == before
