"""What runs came to is told: once, until it changes, and when it is over."""

import threading
from collections import Counter
from itertools import count
from typing import Any

import pytest
from django.db import connection

from agents.outcomes import ENDS_AT_ONCE, follow_outcomes
from executions.durations import RUNS
from executions.models import Execution, ExecutionEvent
from executions.services import cancel_execution, claim_execution, create_execution, start_remote_execution
from executions.services.remote import changing_remote_execution
from system.counters import counted
from system.models import Alert, Cursor

pytestmark = pytest.mark.django_db
numbers = count(1)


@pytest.fixture(autouse=True)
def _from_now_on(db: None) -> None:
    follow_outcomes()


def run(agent: str = "disk", *, node: str = "nas", error: str = "", report: Any = None) -> Execution:
    """A worker's, from its launch to its end."""
    execution, _ = create_execution(agent_type=agent, node_id=node)
    lease = claim_execution(execution.pk, owner="nas:1")
    assert lease is not None
    if error:
        lease.tracker().fail(error, ai_analysis=report)
    else:
        with lease.tracker().batch() as change:
            change.complete(ai_analysis=report)
    return execution


def tracked(*, success: bool) -> None:
    """One of an agent elsewhere, which reports."""
    execution, _ = start_remote_execution(agent_type="nightly-sync", node_id="far-away")
    with changing_remote_execution(execution.uid, [None]) as (change, _known):
        change.complete(success=success, error="" if success else "no route")


def report(*titles: str, health: str = "critical", severity: str = "critical") -> dict[str, Any]:
    findings = [
        {"title": title, "severity": severity, "evidence": f"what shows {title}", "recommendation": "act"}
        for title in titles
    ]
    return {
        "analyst": "rules", "model": None, "overall_health": health, "summary": "So it is.",
        "findings": findings,
    }  # fmt: skip


def told() -> list[str]:
    """What was said since the last time."""
    follow_outcomes()
    titles = list(Alert.objects.order_by("id").values_list("title", flat=True))
    new, seen[:] = titles[len(seen) :], titles
    return new


seen: list[str] = []


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    seen.clear()


def test_a_failure_is_said_once_until_a_run_completes() -> None:
    run(error="exit code 3")
    assert told() == ["disk on nas failed"]
    alert = Alert.objects.get()
    assert (alert.kind, alert.severity, alert.detail) == ("run-failed", "warning", "exit code 3")
    assert (alert.agent_type, alert.node_id) == ("disk", "nas")
    run(error="exit code 4")
    assert told() == []
    run()
    assert told() == ["disk on nas completes again"]
    run()
    assert told() == []
    run(error="exit code 5")
    assert told() == ["disk on nas failed"]


def test_within_one_batch_it_is_the_same() -> None:
    for error in ("one", "two", "", "", "three"):
        run(error=error)
    assert told() == ["disk on nas failed", "disk on nas completes again", "disk on nas failed"]


def test_each_agent_and_node_is_of_its_own() -> None:
    run(error="x")
    run("memory", error="x")
    run(node="pi", error="x")
    run()
    assert told() == [
        "disk on nas failed",
        "memory on nas failed",
        "disk on pi failed",
        "disk on nas completes again",
    ]


def test_what_was_cancelled_says_nothing() -> None:
    run(error="x")
    execution, _ = create_execution(agent_type="disk", node_id="nas")
    cancel_execution(execution.pk, by="operator")
    assert told() == ["disk on nas failed"]
    assert Alert.objects.get().is_open


def test_an_agent_elsewhere_is_told_of_too() -> None:
    tracked(success=False)
    assert told() == ["nightly-sync on far-away failed"]
    tracked(success=True)
    assert told() == ["nightly-sync on far-away completes again"]


def test_what_is_critical_is_said_again_when_it_is_something_else() -> None:
    run(report=report("Disk / at 96.1 %"))
    assert told() == ["disk on nas: Disk / at 96.1 %"]
    alert = Alert.objects.get()
    assert (alert.kind, alert.severity) == ("critical-finding", "critical")
    assert alert.detail == "Disk / at 96.1 %: what shows Disk / at 96.1 %"
    run(report=report("Disk / at 97 %"))
    assert told() == [], "a figure that moves is no other thing"
    run(report=report("Disk / at 97 %", "Disk /data/2 at 99 %"))
    assert told() == ["disk on nas: Disk / at 97 % and 1 more"]
    run(report=report("Disk /data/1 at 99 %"))
    assert told() == ["disk on nas: Disk /data/1 at 99 %"]
    assert Alert.objects.filter(resolved_at__isnull=True).count() == 1
    run(report=report("Disk / at 90 %", health="warning", severity="warning"))
    assert told() == ["disk on nas: Disk / at 90 %", "disk on nas finds nothing critical any more"]


def test_a_run_without_a_report_changes_nothing_of_what_was_found() -> None:
    run(report=report("Disk / is full"))
    assert told() == ["disk on nas: Disk / is full"]
    run()
    run(report={"summary": "of another version"})
    assert told() == []


def test_critical_without_a_finding_and_a_failed_run_with_one() -> None:
    run(report=report(health="critical"))
    assert told() == ["disk on nas: its overall health is critical"]
    run("memory", error="the cleanup failed", report=report("No memory is left"))
    assert told() == ["memory on nas failed", "memory on nas: No memory is left"]


def test_history_is_not_told() -> None:
    Cursor.objects.all().delete()
    run(error="long ago")
    assert told() == []
    run(error="now")
    assert told() == ["disk on nas failed"]


def test_each_run_is_counted_once() -> None:
    for _ in range(3):
        run()
    run(error="x")
    follow_outcomes()
    follow_outcomes()
    found: Counter[str] = Counter()
    for (_, status, _), number in counted(RUNS):
        found[status] += number
    assert found == {"completed": 3, "failed": 1}


def test_many_are_taken_in_parts() -> None:
    for number in range(ENDS_AT_ONCE + 3):
        tracked_end(number)
    assert [follow_outcomes(), follow_outcomes(), follow_outcomes()] == [ENDS_AT_ONCE, 3, 0]
    assert Cursor.objects.get(name="outcomes").position == ExecutionEvent.objects.latest("id").pk


def tracked_end(number: int) -> None:
    execution, _ = start_remote_execution(agent_type=f"agent-{number % 3}", node_id="far")
    with changing_remote_execution(execution.uid, [None]) as (change, _known):
        change.complete()


def test_at_rest_it_is_two_small_queries(django_assert_num_queries: Any) -> None:
    run(error="x")
    follow_outcomes()
    with django_assert_num_queries(2):
        assert follow_outcomes() == 0


def test_what_was_deleted_meanwhile_is_passed_over() -> None:
    run(error="x").delete()
    run("memory", error="x")
    assert told() == ["memory on nas failed"]


@pytest.mark.django_db(transaction=True)
def test_two_clocks_say_it_once() -> None:
    for _ in range(5):
        run(error="x")
        run()
    both = threading.Barrier(2)
    looked: list[int] = []

    def clock() -> None:
        both.wait(5)
        looked.append(follow_outcomes())
        connection.close()

    threads = [threading.Thread(target=clock) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(looked) == [0, 10]
    assert Alert.objects.filter(kind="run-failed").count() == 5
    assert Alert.objects.filter(kind="recovered").count() == 5
