"""An execution says which version of its agent it ran: that in force when it began."""

import pytest

from agents.editing import change_agent, create_agent
from agents.launching import launch_agent
from agents.models import AgentVersion
from agents.runner import run_claimed
from executions.models import Execution
from executions.services import claim_execution
from system.roles import Role
from tests.console import console_url, signed_in

pytestmark = pytest.mark.django_db

CONFIG = {"steps": [{"name": "Say", "type": "command", "argv": ["true"], "read_only": True}]}


def run(execution: Execution) -> dict[str, object]:
    lease = claim_execution(execution.pk, owner="w")
    assert lease is not None
    run_claimed(lease)
    execution.refresh_from_db()
    assert execution.status == "completed", execution.error_message
    return execution.execution_context


def test_it_is_that_in_force_when_it_begins() -> None:
    create_agent({"agent_type": "a", "name": "A", "config": CONFIG, "max_concurrent_executions": 2})
    first, _ = launch_agent("a", metadata={"why": "test"})
    second, _ = launch_agent("a")
    assert first.execution_context["agent_revision"] == 1
    assert run(first)["agent_revision"] == 1
    change_agent("a", {"version": "2.0.0"})
    ran = run(second)
    assert (ran["agent_revision"], ran["agent_version"]) == (2, "2.0.0")
    assert first.execution_context["metadata"] == {"why": "test"}


def test_its_page_leads_to_that_version() -> None:
    create_agent({"agent_type": "a", "name": "A", "config": CONFIG})
    execution, _ = launch_agent("a")
    page = signed_in(Role.VIEWER).get(console_url(Execution, "change", execution.uid)).content.decode()
    assert console_url(AgentVersion, "change", AgentVersion.objects.get().pk) in page
