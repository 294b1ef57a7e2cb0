"""Run now, Run again, Cancel, Revoke: by POST with a token, in the name of who presses."""

import pytest
from django.test import Client
from django_q.models import OrmQ

from agents.models import AgentConfiguration, LaunchRefusal
from executions.models import Execution, Status
from executions.services import claim_execution
from system.models import ApiToken
from system.roles import Role
from system.tokens import create_token, find_token
from tests.console import a_waiting_execution, an_agent, an_ended_execution, console_url, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    return signed_in(Role.OPERATOR)


def pressed(client: Client, url: str) -> tuple[str, str]:
    """Where it leads, and what is said there."""
    response = client.post(url)
    assert response.status_code == 302
    return response["Location"], client.get(response["Location"]).content.decode()


def test_run_now_queues_a_run_and_leads_to_it(operator: Client) -> None:
    agent = an_agent()
    where, _ = pressed(operator, console_url(AgentConfiguration, "run", agent.pk))
    execution = Execution.objects.get()
    assert where == console_url(Execution, "change", execution.uid)
    assert (execution.agent_type, execution.status) == ("disk-space", Status.PENDING)
    assert execution.execution_context["actor"] == "the operator"
    assert OrmQ.objects.count() == 1


def test_a_limit_that_refuses_is_named(operator: Client) -> None:
    agent = an_agent(enabled=False)
    where, page = pressed(operator, console_url(AgentConfiguration, "run", agent.pk))
    assert where == console_url(AgentConfiguration, "change", agent.pk)
    assert "Launch refused: The agent disk-space is disabled (enabled)." in page
    assert not Execution.objects.exists()
    assert LaunchRefusal.objects.get().actor == "the operator"


def test_run_again_keeps_the_overrides(operator: Client) -> None:
    an_agent()
    overrides = {"analysis": {"analyst": "rules"}}
    before = an_ended_execution(overrides=overrides)
    pressed(operator, console_url(Execution, "rerun", before.uid))
    again = Execution.objects.latest("pk")
    assert again.execution_context["overrides"] == overrides
    assert again.execution_context["metadata"] == {"rerun_of": str(before.uid)}


def test_an_agent_that_is_gone_cannot_run_again(operator: Client) -> None:
    before = an_ended_execution("gone")
    where, page = pressed(operator, console_url(Execution, "rerun", before.uid))
    assert where == console_url(Execution, "change", before.uid)
    assert "There is no agent &#x27;gone&#x27;" in page


def test_cancel_ends_what_waits(operator: Client) -> None:
    execution = a_waiting_execution()
    _, page = pressed(operator, console_url(Execution, "cancel", execution.uid))
    assert "Cancelled." in page
    execution.refresh_from_db()
    assert execution.status == Status.CANCELLED


def test_cancel_asks_the_worker_of_what_runs(operator: Client) -> None:
    execution = a_waiting_execution()
    claim_execution(execution.pk, owner="localhost:1")
    _, page = pressed(operator, console_url(Execution, "cancel", execution.uid))
    assert "its worker ends the running command first" in page
    execution.refresh_from_db()
    assert execution.status == Status.RUNNING
    assert execution.cancel_requested_by == "the operator"


def test_what_has_ended_stays_as_it_is(operator: Client) -> None:
    execution = an_ended_execution()
    _, page = pressed(operator, console_url(Execution, "cancel", execution.uid))
    assert "is completed already" in page


def test_a_token_is_revoked_once(operator: Client) -> None:
    token, raw = create_token("ci", Role.VIEWER)
    admin = signed_in(Role.ADMIN)
    url = console_url(ApiToken, "revoke", token.pk)
    assert "is revoked" in pressed(admin, url)[1]
    assert find_token(raw) is None
    first = ApiToken.objects.get().revoked_at
    assert "was revoked before" in pressed(admin, url)[1]
    assert ApiToken.objects.get().revoked_at == first


def buttons() -> list[str]:
    agent, waiting, ended = an_agent(), a_waiting_execution("other"), an_ended_execution()
    token, _ = create_token("ci", Role.VIEWER)
    return [
        console_url(AgentConfiguration, "run", agent.pk),
        console_url(Execution, "cancel", waiting.uid),
        console_url(Execution, "rerun", ended.uid),
        console_url(ApiToken, "revoke", token.pk),
    ]


def what_there_is() -> list[object]:
    return [
        *Execution.objects.order_by("pk").values_list("pk", "status", "cancel_requested_at"),
        *ApiToken.objects.values_list("pk", "revoked_at"),
        LaunchRefusal.objects.count(),
    ]


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_nothing_but_a_post_does_anything(method: str) -> None:
    urls = buttons()
    before = what_there_is()
    admin = signed_in(Role.ADMIN)
    for url in urls:
        assert getattr(admin, method)(url).status_code == 405, url
    assert what_there_is() == before


def test_a_post_without_the_token_does_nothing() -> None:
    urls = buttons()
    before = what_there_is()
    admin = signed_in(Role.ADMIN, enforce_csrf=True)
    for url in urls:
        assert admin.post(url).status_code == 403, url
    assert what_there_is() == before


def test_reading_every_page_changes_nothing() -> None:
    buttons()
    before = what_there_is()
    admin = signed_in(Role.ADMIN)
    for model in (AgentConfiguration, Execution, ApiToken):
        admin.get(console_url(model, "changelist"))
    for execution in Execution.objects.all():
        admin.get(console_url(Execution, "change", execution.uid))
    assert what_there_is() == before


def test_what_is_not_there_is_a_404() -> None:
    admin = signed_in(Role.ADMIN)
    assert admin.post("/agents/agentconfiguration/999/run/").status_code == 404
    assert admin.post("/agents/agentconfiguration/nonsense/run/").status_code == 404
    assert admin.post("/executions/execution/1/cancel/").status_code == 404
