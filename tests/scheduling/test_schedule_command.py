"""manage.py schedule: what the console and the API do, on a command line."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from executions.models import Execution
from scheduling.models import Fire, FireState, Schedule
from system.models import Node
from tests.scheduling.schedules import a_schedule, an_agent, at

pytestmark = pytest.mark.django_db


def said(*arguments: Any) -> str:
    out = StringIO()
    call_command("schedule", *(str(argument) for argument in arguments), stdout=out)
    return out.getvalue()


def refused(*arguments: Any) -> tuple[str, int]:
    with pytest.raises(CommandError) as refusal:
        said(*arguments)
    return str(refusal.value), refusal.value.returncode


def test_one_is_added_with_all_that_it_may_have() -> None:
    an_agent()
    Node.objects.create(name="attic")
    told = said(
        "add", "Nightly", "--agent", "disk-space", "--cron", "30 2 * * MON-FRI",
        "--timezone", "America/New_York",
        "--starts-at", "2040-01-02 00:00", "--ends-at", "2041-01-01T00:00:00+01:00", "--jitter", 60,
        "--missed", "catch_up", "--catch-up-limit", 3, "--overlap", "queue", "--max-executions", 10,
        "--node", "attic", "--node", "localhost", "--config", '{"analysis": {"analyst": "rules"}}',
    )  # fmt: skip
    one = Schedule.objects.get()
    assert told == (
        f"Added schedule {one.pk}, Nightly.\nAt 02:30, Monday through Friday; next: 2040-01-02 02:30 EST.\n"
    )
    assert (one.starts_at, one.next_due) == (at(2), at(2, 7, 30))
    assert one.ends_at is not None
    assert one.ends_at.isoformat() == "2040-12-31T23:00:00+00:00"
    assert (one.jitter_seconds, one.missed_policy, one.catch_up_limit) == (60, "catch_up", 3)
    assert (one.overlap_policy, one.max_executions, one.node_ids) == ("queue", 10, ["attic", "localhost"])
    assert one.execution_config == {"analysis": {"analyst": "rules"}}


def test_one_is_changed_by_its_name_or_its_number() -> None:
    one = a_schedule(max_executions=5, node_ids=["localhost"])
    said("change", "Nightly", "--cron", "0 4 * * *", "--max-executions", "none", "--node", "none")
    said("change", one.pk, "--starts-at", "2040-01-05 00:00")
    one.refresh_from_db()
    assert (one.cron_expression, one.max_executions, one.node_ids) == ("0 4 * * *", None, [])
    assert one.next_due == at(5, 4)
    said("change", one.pk, "--starts-at", "none", "--name", "Every night")
    one.refresh_from_db()
    assert (one.starts_at, one.name) == (None, "Every night")


def test_it_is_paused_shown_and_resumed() -> None:
    a_schedule()
    assert (
        said("pause", "Nightly", "--reason", "new disk")
        == f"Paused schedule {Schedule.objects.get().pk}, Nightly.\n"
    )
    shown = said("show", "Nightly")
    assert "by command line: new disk" in shown
    assert "paused" in said("list")
    assert refused("pause", "Nightly") == ("Nightly is paused already: new disk", 1)
    assert "next: 2040-01-01 03:00 UTC." in said("resume", "Nightly")
    assert refused("resume", "Nightly") == ("Nightly is not paused.", 1)


def test_the_list() -> None:
    assert said("list") == "No schedule yet.\n"
    an_agent("log-scan")
    a_schedule(name="[b]Nightly[/b]")
    a_schedule(name="Logs", agent_type="log-scan", cron_expression="*/15 * * * *", enabled=False)
    lines = said("list").splitlines()
    assert lines[0].split() == ["id", "name", "agent", "when", "zone", "next", "run", "last", "run"]
    assert "[b]Nightly[/b]" in lines[2]
    assert "2040-01-01 03:00:00" in lines[2]
    assert "Every 15 minutes" in lines[1]
    assert "Nightly" not in said("list", "--paused")
    assert "Logs" not in said("list", "--agent", "disk-space")
    assert said("list", "--agent", "nobody") == "There is no such schedule.\n"


def test_a_preview_names_the_five_next_due_times_in_both_zones() -> None:
    a_schedule(name="Other", cron_expression="0 8 1 * *")
    told = said(
        "preview", "--cron", "0 3 * * *", "--timezone", "America/New_York", "--starts-at", "2040-01-01 00:00",
        "--viewer-timezone", "Asia/Tokyo",
    )  # fmt: skip
    lines = told.splitlines()
    assert lines[0] == "At 03:00"
    assert lines[1].split() == ["due", "(UTC)", "America/New_York", "Asia/Tokyo"]
    assert lines[2].split() == [
        "2040-01-01",
        "08:00",
        *["Sun", "2040-01-01", "03:00", "EST"],
        *["Sun", "2040-01-01", "17:00", "JST"],
    ]
    assert len(lines) == 8
    assert lines[7] == "One other schedule is due in the same minute at one of these times: Other."


def test_run_says_what_it_queued_and_what_was_refused() -> None:
    Node.objects.create(name="attic")
    a_schedule(node_ids=["localhost", "attic"])
    message, code = refused("run", "Nightly")
    assert (message.split(":")[0], code) == ("attic", 1)
    assert Execution.objects.get().node_id == "localhost"
    Schedule.objects.update(node_ids=[])
    assert "max_concurrent_executions" in refused("run", "Nightly")[0]


def test_nothing_is_deleted_without_yes() -> None:
    one = a_schedule()
    assert refused("delete", "Nightly") == (
        f"Nightly ({one.pk}) and 0 rows of its due times: say --yes to delete them.", 1
    )  # fmt: skip
    assert said("delete", "Nightly", "--yes") == "Deleted Nightly.\n"
    assert not Schedule.objects.exists()


def test_what_became_of_its_due_times() -> None:
    one = a_schedule()
    assert said("fires", "Nightly") == "None of its due times has come yet.\n"
    due = timezone.now() - timedelta(days=1)
    Fire.objects.create(schedule=one, due_at=due, state=FireState.SKIPPED, reason="It [i]still[/i] runs.")
    Fire.objects.create(schedule=one, due_at=due - timedelta(days=3), state=FireState.MISSED, covers=1234)
    lines = said("fires", "Nightly").splitlines()
    assert "skipped" in lines[1]
    assert "It [i]still[/i] runs." in lines[1]
    assert "missed (1,234 due times)" in lines[2]
    assert len(said("fires", "Nightly", "--limit", 1).splitlines()) == 2
    assert "skipped" not in said("fires", "Nightly", "--state", "missed")


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [("list", ()), ("show", ("Nightly",)), ("fires", ("Nightly",)), ("preview", ("--cron", "@daily"))],
)
def test_all_that_is_shown_can_be_had_as_json(verb: str, arguments: tuple[str, ...]) -> None:
    Fire.objects.create(schedule=a_schedule(), due_at=at(1), state=FireState.MISSED)
    found = json.loads(said(verb, *arguments, "--json"))
    first = found[0] if isinstance(found, list) else found
    assert first.get("words") == {"list": "At 03:00", "show": "At 03:00", "preview": "At 00:00"}.get(verb)


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (("show", "Nothing"), "There is no schedule 'Nothing'; known are: Nightly, Twice, Twice.", 1),
        (("show", "99"), "There is no schedule 99.", 1),
        (("show", "9" * 30), "There is no schedule", 1),
        (("show", "Twice"), "Several schedules are called 'Twice'; say which by its number: ", 1),
        (("change", "Nightly"), "Say what is to be changed", 2),
        (
            ("change", "Nightly", "--cron", "0 0 31 2 *"),
            "It is never due: there is no day '31' in month '2'.",
            1,
        ),
        (("change", "Nightly", "--timezone", "Berlin"), "close to it: Europe/Berlin", 1),
        (
            ("change", "Nightly", "--starts-at", "tomorrow"),
            "'tomorrow' is no time such as '2026-12-01 08:00'",
            1,
        ),
        (("change", "Nightly", "--max-executions", "x"), "'x' is no number", 1),
        (("change", "Nightly", "--config", "{"), "this is not JSON", 1),
        (("change", "Nightly", "--config", "[]"), "it is a JSON object", 1),
        (("change", "Nightly", "--config", '{"steps": []}'), "not 'steps'", 1),
        (("change", "Nightly", "--missed", "hope"), "invalid choice: 'hope'", 1),
        (("add", "A", "--agent", "nobody", "--cron", "@daily"), "There is no agent 'nobody'", 1),
        (("add", "A", "--agent", "disk-space"), "required: --cron", 1),
        (("preview", "--cron", "60 * * * *"), "The minute '60' is to be a number from 0 to 59.", 1),
        (("forget", "Nightly"), "invalid choice: 'forget'", 1),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], words: str, code: int) -> None:
    """On a command line proper, what argparse refuses ends with 2."""
    for name in ("Nightly", "Twice", "Twice"):
        a_schedule(name=name)
    before = list(Schedule.objects.values())
    message, found = refused(*arguments)
    assert words in message
    assert found == code
    assert list(Schedule.objects.values()) == before
