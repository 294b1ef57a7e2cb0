"""The whole OpenAPI document, tried out by schemathesis: nothing that a client sends gives a 500, and every
answer is one that the document describes. As each role and as nobody, on things that exist and that do not.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from agents.models import AgentConfiguration
from claudeops.wsgi import application
from executions.models import Execution
from executions.services import create_execution, start_remote_execution
from system.roles import Role
from system.tokens import create_token

pytestmark = pytest.mark.django_db

DOCUMENT = "/api/v1/openapi.json"
# Once with every edge of every schema, for whom all doors are open; for the others a few examples at random.
schema = schemathesis.openapi.from_wsgi(DOCUMENT, application)
quick = schemathesis.openapi.from_wsgi(DOCUMENT, application)
quick.config.phases.update(phases=["fuzzing"])
# The database is set up once for all examples of a route, and grows while they run; that is the point.
SUPPRESSED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
# The document cannot say all: which years a time may lie in, that 1.0 is no whole number, which step exists.
EXCLUDED: list[Any] = [positive_data_acceptance]
AGENT = {"steps": [{"name": "Look", "type": "command", "argv": ["true"]}]}


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """As Django's own test client does: else the end of a request closes the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def headers_of(role: Role | None) -> dict[str, str]:
    if role is None:
        return {}
    return {"Authorization": f"Bearer {create_token(f'{role.value} of the test', role)[1]}"}


@pytest.fixture
def admin() -> dict[str, str]:
    return headers_of(Role.ADMIN)


@schema.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=SUPPRESSED)
def test_an_admin_gets_only_described_answers(case: schemathesis.Case, admin: dict[str, str]) -> None:
    case.call_and_validate(headers=admin, excluded_checks=EXCLUDED)


@pytest.fixture
def existing() -> dict[str, list[str]]:
    """One execution that runs elsewhere, one that waits, and an agent, by the names of path parameters."""
    AgentConfiguration.objects.create(
        agent_type="look", name="Look", config=AGENT, max_concurrent_executions=1000
    )
    executions: list[Execution] = [
        start_remote_execution(agent_type="elsewhere", node_id="n")[0],
        create_execution(agent_type="look", node_id="n")[0],
    ]
    return {"execution_id": [str(execution.uid) for execution in executions], "agent_type": ["look"]}


@quick.include(path_regex=r"\{").parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=SUPPRESSED)
def test_what_exists_survives_everything(
    case: schemathesis.Case, admin: dict[str, str], existing: dict[str, list[str]]
) -> None:
    for name, values in existing.items():
        if name in case.path_parameters:
            for value in values:
                case.path_parameters[name] = value
                case.call_and_validate(headers=admin, excluded_checks=[*EXCLUDED, negative_data_rejection])


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.OPERATOR])
@quick.parametrize()
@settings(max_examples=2, deadline=None, suppress_health_check=SUPPRESSED)
def test_others_get_only_described_answers(case: schemathesis.Case, role: Role | None) -> None:
    case.call_and_validate(headers=headers_of(role), excluded_checks=[*EXCLUDED, negative_data_rejection])
