"""Claude is told what is open here, so that the same thing keeps its row, however it is worded."""

import json
from typing import Any

import pytest

from agents.analysts.claude_prompt import build_request, prompt_tokens_at_most
from agents.findings.deciding import Verdict, decide
from agents.findings.known import MOST_BYTES, known_findings
from agents.launching import launch_agent
from agents.models import Finding
from agents.outcomes import follow_outcomes
from agents.runner import run_claimed
from executions.services import claim_execution
from system.redaction import default_redactor
from tests.agents import finding_runs
from tests.agents.asking import a_task
from tests.agents.conftest import MakeAgent
from tests.agents.finding_runs import found, the_finding
from tests.messages_api import REPORT, MessagesServer, ok

pytestmark = pytest.mark.django_db(transaction=True)

CONFIG = {"steps": [{"name": "Analyse", "type": "analysis"}]}


def ask_for(server: MessagesServer, title: str, *, key: str | None = None) -> list[dict[str, str]]:
    """A run of which Claude says that, and what is made of it; what Claude was told is open."""
    server.script([ok(report={**REPORT, "findings": [found(title, key=key)]})])
    execution, _ = launch_agent("probe-run")
    lease = claim_execution(execution.pk, owner="test")
    assert lease is not None
    run_claimed(lease)
    follow_outcomes()
    text = server.requests[-1].body["messages"][2]["content"][0]["content"][0]["text"]
    told: list[dict[str, str]] = json.loads(text).get("untrusted_open_findings", [])
    return told


def test_the_same_thing_in_other_words_keeps_its_row(make_agent: MakeAgent, settings: Any) -> None:
    make_agent(config=CONFIG)
    follow_outcomes()
    with MessagesServer() as server:
        settings.ANTHROPIC_BASE_URL = server.url
        assert ask_for(server, "The root disk is 87 % full") == []
        key = "the root disk is # full"
        assert ask_for(server, "Little room is left on /", key=key) == [
            {"key": key, "title": "The root disk is 87 % full", "severity": "warning"}
        ]
        assert ask_for(server, "/ fills up", key=key)[0]["title"] == "Little room is left on /"
    row = Finding.objects.get()
    assert (row.title, row.count, row.state) == ("/ fills up", 3, "open")


def test_a_key_that_is_too_long_does_not_lose_the_report(make_agent: MakeAgent, settings: Any) -> None:
    make_agent(config=CONFIG)
    follow_outcomes()
    with MessagesServer() as server:
        settings.ANTHROPIC_BASE_URL = server.url
        ask_for(server, "The root disk is full", key="k" * 300)
        (known,) = ask_for(server, "/ is full", key="k" * 300)
    assert len(known["key"]) == 200
    assert Finding.objects.get().count == 2


def test_it_is_told_what_is_not_resolved_of_this_agent_on_this_node() -> None:
    follow_outcomes()
    finding_runs.run("Disk / is full", found("Inodes", key="inodes of /"), "Fan is loud")
    finding_runs.run("Elsewhere", node="pi")
    finding_runs.run("Of another", agent="memory")
    decide(the_finding("Inodes").pk, Verdict.ACKNOWLEDGE, by="owner")
    decide(the_finding("Fan").pk, Verdict.RESOLVE, by="owner")
    known = known_findings("disk", "nas", default_redactor())
    assert [each.key for each in known] == ["disk / is full", "inodes of /"]


def test_a_house_full_of_findings_takes_no_more_room_than_is_meant_for_them(
    django_assert_num_queries: Any,
) -> None:
    follow_outcomes()
    long = [found(f"disk-{number:03} ".ljust(200, "ü"), "info") for number in range(60)]
    finding_runs.run(*long, found("Gravest", "critical"))
    with django_assert_num_queries(1):
        known = known_findings("disk", "nas", default_redactor())
    assert 5 < len(known) < 50
    whole, plain = (prompt_tokens_at_most(build_request(a_task(known=each))[0]) for each in (known, []))
    assert whole - plain <= MOST_BYTES, "what the dearest run is said to cost counts on it"
    assert "Gravest" in {each.title for each in known}
