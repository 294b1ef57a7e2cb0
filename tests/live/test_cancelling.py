"""Cancelling over a socket."""

from uuid import uuid4

import pytest

from executions.models import Execution
from executions.services import Lease, cancel_requested_by
from system.roles import Role
from tests.live.site import Site


def test_what_waits_is_cancelled_at_once(site: Site) -> None:
    execution = site.pending()
    with site.watch(role=Role.OPERATOR) as watcher, site.watch() as other:
        watcher.say("cancel:execution", execution_id=str(execution.uid))
        answer = watcher.next()
        seen_by_other = other.next()

    assert answer == seen_by_other
    assert answer["event"] == "execution:cancelled"
    assert answer["execution_id"] == str(execution.uid)
    assert answer["data"]["by"] == "a operator's"
    execution.refresh_from_db()
    assert (execution.status, execution.exit_code) == ("cancelled", 130)


def test_what_runs_is_cancelled_when_its_worker_has_ended_it(site: Site) -> None:
    execution, tracker = site.running()
    with site.watch(f"/ws/executions/{execution.uid}/", Role.OPERATOR) as watcher:
        watcher.say("cancel:execution", execution_id=str(execution.uid))
        asked = watcher.until("cancel:requested")
        assert tracker.lease_token is not None
        assert cancel_requested_by(Lease(execution.pk, tracker.lease_token)) == "a operator's"
        tracker.cancel(by="a operator's")
        ended = watcher.until("execution:cancelled")

    assert asked[-1]["data"] == {"execution_id": str(execution.uid)}
    numbered = [message for message in [*asked, *ended] if "seq" in message]
    assert [message["event"] for message in numbered] == ["execution:log", "execution:cancelled"]


def test_what_has_ended_and_what_never_was(site: Site) -> None:
    execution, tracker = site.running()
    tracker.complete()
    with site.watch(role=Role.OPERATOR) as watcher:
        for uid in (str(execution.uid), str(uuid4())):
            watcher.say("cancel:execution", execution_id=uid)
            answer = watcher.next()
            assert answer["event"] == "error"
            assert answer["data"]["execution_id"] == uid
            assert uid in answer["data"]["message"]

    execution.refresh_from_db()
    assert execution.status == "completed"


def test_a_viewer_may_not(site: Site) -> None:
    execution = site.pending()
    with site.watch(role=Role.VIEWER) as watcher:
        watcher.say("cancel:execution", execution_id=str(execution.uid))
        answer = watcher.next()

    assert answer["event"] == "error"
    assert "operator" in answer["data"]["message"]
    assert Execution.objects.get(pk=execution.pk).status == "pending"


def test_the_socket_of_one_execution_cancels_no_other(site: Site) -> None:
    watched, other = site.pending(), site.pending()
    with site.watch(f"/ws/executions/{watched.uid}/", Role.OPERATOR) as watcher:
        watcher.say("cancel:execution", execution_id=str(other.uid))
        answer = watcher.next()

    assert answer["event"] == "error"
    assert Execution.objects.get(pk=other.pk).status == "pending"


@pytest.mark.parametrize("times", [20])
def test_asked_many_times_it_is_cancelled_once(site: Site, times: int) -> None:
    execution = site.pending()
    with site.watch(role=Role.OPERATOR) as watcher:
        for _ in range(times):
            watcher.say("cancel:execution", execution_id=str(execution.uid))
        answers = [watcher.next()["event"] for _ in range(times)]

    assert sorted(answers) == ["error"] * (times - 1) + ["execution:cancelled"]
