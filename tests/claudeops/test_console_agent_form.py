"""An agent is edited as JSON, and refused with the place of what is wrong."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from agents.models import AgentConfiguration
from system.roles import Role
from tests.console import CONFIG, a_waiting_execution, an_agent, console_url, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def form(**more: Any) -> dict[str, Any]:
    fields = {
        "name": "Disk Space", "agent_type": "disk-space", "version": "1.0.0", "enabled": "on",
        "description": "", "config": json.dumps(CONFIG), "timeout_ms": "60000", "max_duration_ms": "",
        "cooldown_ms": "0", "max_concurrent_executions": "1", "max_cost_per_execution": "",
    }  # fmt: skip
    return {**fields, **more}


def errors_of(client: Client, url: str, **more: Any) -> dict[str, list[str]]:
    response = client.post(url, form(**more))
    assert response.status_code == 200, "it was saved"
    return dict(response.context["adminform"].form.errors)


def test_a_new_agent_is_stored(admin: Client) -> None:
    response = admin.post(
        console_url(AgentConfiguration, "add"), form(max_cost_per_execution="0.000000000001")
    )
    assert response.status_code == 302
    agent = AgentConfiguration.objects.get()
    assert agent.config == CONFIG
    assert agent.max_cost_per_execution == Decimal("0.000000000001")


def test_the_form_of_a_new_agent_holds_a_configuration_that_works(admin: Client) -> None:
    page = admin.get(console_url(AgentConfiguration, "add"))
    example = page.context["adminform"].form["config"].value()
    assert admin.post(console_url(AgentConfiguration, "add"), form(config=example)).status_code == 302


def test_it_is_shown_indented_and_amounts_without_an_exponent(admin: Client) -> None:
    agent = an_agent(max_cost_per_execution=Decimal("0.0000001"))
    values = admin.get(console_url(AgentConfiguration, "change", agent.pk)).context["adminform"].form
    assert values["config"].value() == json.dumps(CONFIG, indent=2)
    assert values["max_cost_per_execution"].value() == "0.0000001"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"steps": [}', "This is not JSON: Expecting value: line 1 column 12"),
        ("", "required"),
        ("[" * 100_000, "This is not JSON"),
        ('"steps"', "a configuration is a JSON object"),
        ("null", "required"),
        ('{"steps": []}', "steps: "),
        ('{"steps": [{"name": "a", "type": "command", "argv": ["true"], "x": 1}]}', "steps.0.x: "),
        ('{"steps": [{"name": "a", "type": "command", "probe": "nope"}]}', "steps.0: there is no probe"),
        ('{"steps": [{"name": "a", "type": "command", "argv": ["true"], "env": {"A": "\\u0000"}}]}', "NUL"),
    ],
)
def test_what_does_not_hold_is_refused_at_the_field(admin: Client, text: str, words: str) -> None:
    agent = an_agent()
    errors = errors_of(admin, console_url(AgentConfiguration, "change", agent.pk), config=text)
    assert list(errors) == ["config"]
    assert words in " ".join(errors["config"])
    agent.refresh_from_db()
    assert agent.config == CONFIG


def test_every_problem_is_named_and_what_was_typed_stays(admin: Client) -> None:
    agent = an_agent()
    text = '{"steps": [{"name": "", "type": "command", "argv": []}], "more": 1}'
    url = console_url(AgentConfiguration, "change", agent.pk)
    errors = " ".join(errors_of(admin, url, config=text)["config"])
    for path in ("steps.0.name", "steps.0.argv", "more"):
        assert path in errors
    response = admin.post(url, form(config='{"steps": [}'))
    assert "{&quot;steps&quot;: [}" in response.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_cost_per_execution", "-1"),
        ("max_cost_per_execution", "1e30"),
        ("max_cost_per_execution", "0.0000000000001"),
        ("max_cost_per_execution", "NaN"),
        ("timeout_ms", "0"),
        ("timeout_ms", "99999999999"),
        ("max_concurrent_executions", "0"),
        ("cooldown_ms", "-1"),
        ("cooldown_ms", "99999999999999999999"),
        ("name", ""),
    ],
)
def test_limits_that_make_no_sense_are_refused(admin: Client, field: str, value: str) -> None:
    agent = an_agent()
    url = console_url(AgentConfiguration, "change", agent.pk)
    assert list(errors_of(admin, url, **{field: value})) == [field]


def test_the_type_of_an_agent_stays(admin: Client) -> None:
    agent = an_agent()
    admin.post(console_url(AgentConfiguration, "change", agent.pk), form(agent_type="other", name="New"))
    agent.refresh_from_db()
    assert (agent.agent_type, agent.name) == ("disk-space", "New")


def test_an_agent_at_work_is_not_deleted(admin: Client) -> None:
    agent = an_agent()
    execution = a_waiting_execution()
    url = console_url(AgentConfiguration, "delete", agent.pk)
    page = admin.post(url, {"post": "yes"}, follow=True).content.decode()
    assert "disk-space has 1 executions waiting or running; cancel them first." in page
    assert "deleted successfully" not in page
    execution.delete()
    admin.post(url, {"post": "yes"})
    assert not AgentConfiguration.objects.exists()


def test_it_may_be_typed_as_yaml(admin: Client) -> None:
    agent = an_agent()
    url = console_url(AgentConfiguration, "change", agent.pk)
    text = "steps:\n  - name: Look\n    type: command\n    argv: [ls, '-l']\n"
    assert admin.post(url, form(config=text)).status_code == 302
    agent.refresh_from_db()
    assert agent.config == {"steps": [{"name": "Look", "type": "command", "argv": ["ls", "-l"]}]}
    for wrong, words in (("steps: *a", "line 1: Anchors"), ("steps:\n\t- x", "as YAML: line 2")):
        assert words in " ".join(errors_of(admin, url, config=wrong)["config"])
    assert "steps: *a" in admin.post(url, form(config="steps: *a")).content.decode()


def test_the_editor_is_told_what_is_wrong_where(admin: Client) -> None:
    agent = an_agent()
    url = console_url(AgentConfiguration, "change", agent.pk)
    page = admin.post(url, form(config='{"steps": [{"name": "A", "type": "command", "argv": [""]}]}'))
    assert page.context["editor"]["problems"][0].startswith("steps.0.argv.0: ")
    probes = {probe["name"]: probe for probe in admin.get(url).context["editor"]["probes"]}
    assert "depth (" in probes["largest_directories"]["params"]
    assert probes["cpu"]["summary"]
