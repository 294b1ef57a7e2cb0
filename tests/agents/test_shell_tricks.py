"""What a shell would obey. There is no shell: each is an argument, a name or a value, and no more."""

import json
from pathlib import Path
from typing import Any

import pytest

from agents.commands import Command, CommandError
from agents.launching import launch_agent
from agents.runner import run_claimed
from executions.models import Status
from executions.services import claim_execution
from system.roles import Role
from tests.agents.conftest import MakeAgent
from tests.agents.running_commands import run
from tests.api_clients import ApiClient

# MARK is a file that would be there, had anybody obeyed.
TRICKS = [
    "; touch MARK",
    "&& touch MARK",
    "|| touch MARK",
    "| tee MARK",
    "& touch MARK",
    "> MARK",
    ">> MARK",
    "$(touch MARK)",
    "`touch MARK`",
    "${IFS}touch${IFS}MARK",
    "\ntouch MARK\n",
    "\r\ntouch MARK",
    "'; touch MARK; '",
    '"; touch MARK; "',
    "\\'; touch MARK",
    "<(touch MARK)",
    "x\u2028touch MARK",
    "; touch MARK #",
    "；touch MARK",  # a full-width form becomes no plain one
    "*",
    "~/../*",
    "[a-z]*",
    "{a,touch,MARK}",
    "!!",
    "%0atouch MARK",
    "$((`touch MARK`))",
    "-exec touch MARK ;",
    "--checkpoint-action=exec=touch MARK",
    "-oProxyCommand=touch MARK",
    "{{ 7*7 }}{% touch MARK %}",
]


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    (tmp_path / "a file").touch()
    return tmp_path / "mark"


def told(trick: str, mark: Path) -> str:
    return trick.replace("MARK", str(mark))


@pytest.mark.parametrize("trick", TRICKS)
def test_as_an_argument_it_is_one_argument(trick: str, mark: Path) -> None:
    text = told(trick, mark)
    result = run(Command(["printf", "[%s]", text], {}, str(mark.parent), 10))
    assert result.output.replace("\r\n", "\n") == f"[{text}]".replace("\r\n", "\n")
    assert not mark.exists()


@pytest.mark.parametrize("trick", TRICKS)
def test_as_the_name_of_a_program_it_is_no_program(trick: str, mark: Path) -> None:
    with pytest.raises(CommandError, match=r"no program"):
        run(Command([told(f"echo {trick}", mark)], {}, str(mark.parent), 10))
    assert not mark.exists()


@pytest.mark.django_db(transaction=True)
def test_whoever_launches_cannot_bring_it_in(make_agent: MakeAgent, mark: Path) -> None:
    """As what a webhook's sender says, and as what an operator would have otherwise."""
    make_agent(["echo", "all is well"], cooldown_ms=0)
    operator = ApiClient(Role.OPERATOR)
    for trick in TRICKS:
        text = told(trick, mark)
        for overrides in (
            {"steps": [{"name": "x", "type": "command", "argv": ["sh", "-c", text]}]},
            {"argv": ["sh", "-c", text]},
            {"env": {"PATH": text}},
        ):
            answer = operator.post("/agents/probe-run/run", {"overrides": overrides})
            assert answer.status_code == 422, answer.content
        assert operator.post("/agents/probe-run/run", {"argv": [text]}).status_code == 422
    everything: dict[str, Any] = {str(number): told(trick, mark) for number, trick in enumerate(TRICKS)}
    webhook = {"hook": "alerts", "message_id": "1", "payload": everything, "values": everything}
    execution, _ = launch_agent("probe-run", triggered_by="webhook", webhook=webhook)
    lease = claim_execution(execution.pk, owner="test")
    assert lease is not None
    run_claimed(lease)
    execution.refresh_from_db()
    assert execution.status == Status.COMPLETED
    assert list(execution.steps.values_list("output", flat=True)) == ["all is well\n"]
    assert json.dumps(execution.execution_context).count("touch") > 10  # it is kept, as data
    assert not mark.exists()


def test_a_link_to_a_program_is_what_it_points_to_and_a_pattern_is_no_name(tmp_path: Path) -> None:
    (tmp_path / "tool").symlink_to("/no/such/target")
    (tmp_path / "list").symlink_to("/etc/passwd")
    for name, said in (("./tool", "no program"), ("./list", "cannot be executed"), ("./to*", "no program")):
        with pytest.raises(CommandError, match=said):
            run(Command([name], {}, str(tmp_path), 10))
