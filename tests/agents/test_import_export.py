"""Agents as YAML out and in again: the same, all or nothing, and what is wrong named by path and line."""

from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from agents.documents import settings_of
from agents.models import AgentConfiguration, AgentVersion
from agents.transfer.exporting import document_of, export_agents
from agents.transfer.importing import import_agents
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.console import CONFIG, EVIL, an_agent, signed_in

pytestmark = pytest.mark.django_db

PAGE = "/agents/agentconfiguration/import/"
ODD: dict[str, Any] = {
    "steps": [
        {"name": "Näme: “1”", "type": "command", "argv": ["sh", "-c", "a\n  b\t\n\n", "no", "1e3", " "],
         "env": {"LANG": "on", "ZWEI": "ä\nö"}, "cwd": "/x", "exit_codes": [0, 3], "read_only": True},
        {"name": "CPU", "type": "command", "probe": "cpu", "params": {}},
        {"name": "Check", "type": "validation", "require": [
            {"step": "CPU", "path": "a.0", "op": "==", "value": [1.5, None, "2026-11-26", {"no": False}]}]},
        {"name": "Analyse", "type": "analysis"},
    ],
    "analysis": {"analyst": "rules", "instructions": "Zwei\n\n- Zeilen 🎉\n"},
    "thresholds": {"cpu_percent": {"warning": 70, "critical": 90.5}},
}  # fmt: skip


@pytest.fixture
def admin() -> ApiClient:
    return ApiClient(Role.ADMIN)


def sent(admin: ApiClient, text: str, query: str = "", content_type: str = "application/yaml") -> Any:
    return admin.send("POST", f"/agents/import{query}", text.encode(), content_type)


def outcomes(answer: Any) -> dict[str, str]:
    return {agent["agent_type"]: agent["outcome"] for agent in answer.json()["agents"]}


def test_out_and_in_again_is_the_same(admin: ApiClient) -> None:
    an_agent("odd", config=ODD, description="zwei\nZeilen\n", max_cost_per_execution="0.000000000001")
    an_agent("plain", enabled=False)
    before = {agent.agent_type: settings_of(agent) for agent in AgentConfiguration.objects.all()}
    answer = admin.get("/agents/export.yaml")
    assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agents.yaml"'
    text = answer.content.decode()
    assert outcomes(sent(admin, text)) == {"odd": "unchanged", "plain": "unchanged"}
    AgentConfiguration.objects.all().delete()
    assert outcomes(sent(admin, text)) == {"odd": "created", "plain": "created"}
    assert {agent.agent_type: settings_of(agent) for agent in AgentConfiguration.objects.all()} == before
    assert export_agents() == text
    assert set(AgentVersion.objects.values_list("source", flat=True)) == {"import"}


def test_one_agent_alone(admin: ApiClient) -> None:
    an_agent("one")
    an_agent("other")
    text = admin.get("/agents/one/export.yaml").content.decode()
    assert "agent_type: one" in text
    assert "agent_type: other" not in text
    assert admin.get("/agents/nobody/export.yaml").status_code == 404


def test_a_dry_run_says_what_would_be_and_writes_nothing(admin: ApiClient) -> None:
    agent = an_agent("one")
    agent.name = "Renamed"
    text = document_of([agent, AgentConfiguration(agent_type="new", name="New", config=CONFIG)])
    answer = sent(admin, text, "?dry_run=true")
    assert outcomes(answer) == {"one": "changed", "new": "created"}
    (piece,) = answer.json()["agents"][0]["pieces"]
    assert piece["lines"][:2] == ["- name: One", "+ name: Renamed"]
    assert list(AgentConfiguration.objects.values_list("name", flat=True)) == ["One"]
    assert not AgentVersion.objects.exists()
    assert outcomes(sent(admin, text, "?comment=from+git")) == {"one": "changed", "new": "created"}
    assert AgentVersion.objects.filter(comment="from git").count() == 2


FAULTY = """\
format: claudeops-agents/1
agents:
  - agent_type: good
    name: Good
    config: {steps: [{name: A, type: analysis}]}
  - agent_type: bad
    name: Bad
    timeout_ms: soon
    config:
      steps:
        - name: Look
          type: command
          argv:
            - ls
            - ''
  - agent_type: good
    name: Twice
    config: {steps: [{name: A, type: analysis}]}
  - agent_type: import
    name: A route
    config: {steps: [{name: A, type: analysis}]}
"""


def test_one_that_is_wrong_stops_all_and_every_fault_has_its_line(admin: ApiClient) -> None:
    answer = sent(admin, FAULTY)
    assert answer.status_code == 422
    found = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert found.keys() == {
        "agents.1.timeout_ms", "agents.1.config.steps.0.argv.1", "agents.2.agent_type", "agents.3.agent_type"
    }  # fmt: skip
    assert found["agents.1.timeout_ms"].startswith("line 8: ")
    assert found["agents.1.config.steps.0.argv.1"].startswith("line 15: ")
    assert not AgentConfiguration.objects.exists()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[]", "agents"), ("agents: {}", "agents"), ("agents: []", "agents"), ("agents: [1]", "agents.0"),
        ("agents: [{}]", "agents.0.name"), ("agents: []\nextra: 1", "extra"),
        ("format: other/2\nagents: []", "format"), ("a: &x 1", "body"), ("", "body"),
        ("agents: [{agent_type: a, name: A, config: 1}]", "agents.0.config"),
        ("agents: [{agent_type: a, name: A, config: {steps: []}, max_cost_per_execution: 0.25}]",
         "agents.0.max_cost_per_execution"),
    ],
)  # fmt: skip
def test_another_shape_is_refused_with_its_place(admin: ApiClient, text: str, field: str) -> None:
    answer = sent(admin, text)
    assert answer.status_code == 422
    assert fields_of(answer)[0] == field


def test_only_yaml_is_taken_and_only_from_an_admin(admin: ApiClient) -> None:
    assert sent(admin, "agents: []", content_type="image/png").status_code == 415
    assert sent(admin, '{"agents": []}', content_type="application/json").status_code == 422
    assert sent(ApiClient(Role.OPERATOR), "agents: []").status_code == 403


def test_the_page_looks_through_it_first_and_then_imports() -> None:
    client = signed_in(Role.ADMIN)
    an_agent("one", description=EVIL)
    text = export_agents().replace("name: One", "name: Uno")
    page = client.post(PAGE, {"file": SimpleUploadedFile("a.yaml", text.encode()), "check": ""})
    assert [agent.outcome for agent in page.context["found"]] == ["changed"]
    assert page.context["form"]["text"].value() == text
    assert "added: " in page.content.decode()
    assert AgentConfiguration.objects.get().name == "One"
    answer = client.post(PAGE, {"text": text, "comment": "as in git", "import": ""})
    assert answer.status_code == 302
    assert AgentConfiguration.objects.get().name == "Uno"
    newest = AgentVersion.objects.latest("pk")
    assert (newest.comment, newest.source, newest.author) == ("as in git", "import", "the admin")


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({}, "text", "Choose a file, or paste a document."),
        ({"text": FAULTY}, "text", "line 15: agents.1.config.steps.0.argv.1: "),
        ({"text": "a: *b"}, "text", "line 1: Anchors"),
        ({"file": BytesIO(b"\xff")}, "file", "not UTF-8"),
    ],
)
def test_what_does_not_hold_is_said_on_the_page_and_nothing_is_lost(
    given: dict[str, Any], field: str, words: str
) -> None:
    page = signed_in(Role.ADMIN).post(PAGE, {**given, "import": ""})
    assert page.status_code == 200
    assert words in " ".join(page.context["form"].errors[field])
    assert page.context["form"]["text"].value() in (given.get("text"), None, "")
    assert not AgentConfiguration.objects.exists()


def test_the_command_line(tmp_path: Path, client: Client) -> None:
    an_agent("one")
    an_agent("two")
    file = tmp_path / "agents.yaml"
    call_command("agents", "export", "two", "--output", str(file))
    out = StringIO()
    call_command("agents", "export", "two", stdout=out)
    assert out.getvalue() == file.read_text()
    file.write_text(file.read_text().replace("name: Two", "name: Zwei"))

    def imported(*options: str) -> str:
        said = StringIO()
        call_command("agents", "import", str(file), *options, stdout=said)
        return said.getvalue()

    dry = imported("--dry-run")
    assert "changed   two" in dry
    assert "    + name: Zwei" in dry
    assert AgentConfiguration.objects.get(agent_type="two").name == "Two"
    assert imported("--comment", "from the file") == "changed   two\n"
    assert AgentConfiguration.objects.get(agent_type="two").name == "Zwei"
    file.write_text(FAULTY)
    with pytest.raises(CommandError, match=r"line 8: agents\.1\.timeout_ms"):
        imported()
    with pytest.raises(CommandError, match="No such file"):
        call_command("agents", "import", "/nowhere/at/all")
    assert import_agents(export_agents())[0].outcome == "unchanged"
