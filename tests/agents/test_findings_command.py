"""`manage.py findings`: as the API has it, from a terminal."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from agents.outcomes import follow_outcomes
from system.models import AuditEntry
from tests.agents.finding_runs import DISK, found, run, the_finding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _from_now_on(db: None) -> None:
    follow_outcomes()


def said(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("findings", *(str(argument) for argument in arguments), stdout=out)
    return out.getvalue()


def test_the_list_has_the_gravest_first() -> None:
    assert said("list") == "There is none.\n"
    run(DISK, found("Load of \x1b[31m9", "critical"), found("Zombies", "info"))
    run("Memory at 91 %", node="pi")
    lines = said("list").splitlines()
    assert "finding  severity  state" in lines[0]
    assert [line.split()[1] for line in lines[1:]] == ["critical", "warning", "warning", "info"]
    assert "\x1b" not in "".join(lines)
    assert "Memory" in said("list", "--node", "pi", "--severity", "warning", "--agent", "disk")
    assert len(said("list", "--limit", 2).splitlines()) == 3
    run()
    assert "Memory" not in said("list", "--state", "resolved")
    assert len(said("list", "--state", "all").splitlines()) == 5


def test_one_is_shown_and_decided() -> None:
    run(DISK)
    key = the_finding().pk
    assert "acknowledged" in said("acknowledge", key, "--note", "a new disk is ordered")
    assert (the_finding().state_by, the_finding().note) == ("command line", "a new disk is ordered")
    said("snooze", key, "--hours", "1.5")
    until = the_finding().snoozed_until
    assert until is not None
    assert timedelta(minutes=89) < until - timezone.now() <= timedelta(minutes=90)
    shown = said("show", key)
    for words in (
        DISK,
        "what shows Disk",
        "What to do: act",
        "df -h",
        "Note: a new disk",
        "snoozed by command",
    ):
        assert words in shown, words
    said("resolve", key)
    said("reopen", key)
    assert the_finding().state == "open"
    assert AuditEntry.objects.filter(action__startswith="finding.", actor="command line").count() == 4


def test_as_json_it_is_what_the_api_gives() -> None:
    run(DISK)
    listed = json.loads(said("list", "--json"))
    assert [(row["title"], row["trend"]) for row in listed] == [(DISK, "new")]
    assert json.loads(said("show", the_finding().pk, "--json"))[0]["evidence"] == f"what shows {DISK}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("resolve", 999), "There is no finding 999."),
        (("show", 999), "There is no finding 999."),
        (("resolve", 10**25), f"There is no finding {10**25}."),
        (("show", 10**25), f"There is no finding {10**25}."),
        (("snooze", "{key}", "--hours", "-1"), "ends in the future"),
        (("snooze", "{key}", "--hours", "1e300"), "no time to snooze"),
        (("snooze", "{key}", "--hours", "nan"), "no time to snooze"),
        (("reopen", "{key}"), "it must be acknowledged or snoozed or resolved"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[Any, ...], words: str) -> None:
    run(DISK)
    with pytest.raises(CommandError, match=words):
        said(*(str(argument).format(key=the_finding().pk) for argument in arguments))
    assert the_finding().state == "open"
