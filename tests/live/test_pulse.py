"""The pulse: what every open page of the console is told, at first all of it and then what has changed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from system.alerts import raise_alert, resolve_alert
from system.models import Severity
from system.roles import Role
from tests.live.site import Message, Site, Watcher

PULSE = "/ws/pulse/"
WHOLE = f"{PULSE}?with=sections,active"


@contextmanager
def feeling(site: Site, path: str = PULSE) -> Iterator[Watcher]:
    with site.watch(path) as watcher:
        watcher.put_back(watcher.active)  # its first message is one like the others
        yield watcher


def until(watcher: Watcher, event: str, **wanted: object) -> Message:
    """The data of the next message of this name in which each of `wanted` is so."""
    while True:
        message = watcher.next()
        if message["event"] == event and wanted.items() <= message["data"].items():
            return dict(message["data"])


@pytest.mark.parametrize("role", list(Role))
def test_who_has_a_role_may_feel_it_and_nobody_else(site: Site, role: Role) -> None:
    assert site.knock(PULSE, Authorization=f"Bearer {site.token(role)[1]}") == 101
    assert site.knock(PULSE) == 403
    assert site.knock(PULSE, origin="https://elsewhere.example", Cookie="claudeops_session=x") == 403


def test_it_counts_what_runs_what_fails_and_what_is_open(site: Site) -> None:
    with feeling(site) as watcher:
        before = until(watcher, "pulse")
        assert set(before) == {"at", "running", "waiting", "failing", "alerts"}
        _, tracker = site.running("fails")
        until(watcher, "pulse", running=before["running"] + 1)
        tracker.fail("no")
        until(watcher, "pulse", running=before["running"], failing=before["failing"] + 1)
        _, tracker = site.running("fails")
        tracker.complete()
        until(watcher, "pulse", failing=before["failing"])


def test_sections_come_whole_at_first_and_then_what_has_changed(site: Site) -> None:
    with feeling(site, WHOLE) as watcher:
        first: dict[str, Message] = {}
        while "active" not in first:
            message = watcher.next()
            first |= message["data"] if message["event"] == "pulse:sections" else {"active": message["data"]}
        assert {"figures", "alerts", "agents", "nodes", "spending", "recent"} <= set(first)
        raise_alert(
            kind="node-silent",
            key="a",
            severity=Severity.WARNING,
            title="attic is <silent>",
            subject="node:attic",
        )
        changed = set()
        while "alerts" not in changed:
            data = until(watcher, "pulse:sections")
            changed |= set(data)
        assert "attic is &lt;silent&gt;" in data["alerts"]["html"]
        assert "spending" not in changed
        resolve_alert("node:attic", title="attic is back")


def test_active_runs_are_told_with_the_number_of_what_is_in_them(site: Site) -> None:
    with feeling(site, WHOLE) as watcher:
        until(watcher, "pulse:active")
        execution, tracker = site.running("counted")
        with tracker.batch() as change:
            change.start_step(change.add_step("Look"))
        while True:
            runs = until(watcher, "pulse:active")["runs"]
            found = [run for run in runs if run["execution_id"] == str(execution.uid) and run["step_name"]]
            if found:
                break
        execution.refresh_from_db()
        assert (found[0]["step_name"], found[0]["steps"], found[0]["seq"]) == (
            "Look",
            1,
            execution.event_count,
        )
        tracker.complete()


def test_who_asks_for_nothing_more_is_told_nothing_more(site: Site) -> None:
    with feeling(site) as plain, feeling(site, WHOLE) as whole:
        until(whole, "pulse:sections")
        _, tracker = site.running("unasked")
        seen = [plain.next()]
        while not seen[-1]["data"]["running"]:
            seen.append(plain.next())
        until(whole, "pulse:sections")
        tracker.complete()
    assert {message["event"] for message in seen} == {"pulse"}


def test_what_it_is_not_asked_for_is_an_error(site: Site) -> None:
    headers = {"Authorization": f"Bearer {site.token()[1]}"}
    with connect(site.url(f"{PULSE}?with=everything"), additional_headers=headers) as connection:
        [message] = json.loads(connection.recv(10))
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(10)
    assert "everything" in message["data"]["message"]
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


def test_it_takes_no_commands(site: Site) -> None:
    execution = site.pending()
    with feeling(site) as watcher:
        watcher.say("cancel:execution", execution_id=str(execution.uid))
        assert "takes no commands" in until(watcher, "error")["message"]
    execution.refresh_from_db()
    assert execution.status == "pending"
