"""One row for one thing, through the runs that find it and those that do not any more."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from agents.findings.deciding import Verdict, decide
from agents.findings.following import DAYS_KEPT, MOST_NEW, OTHERS_WAIT
from agents.models import Finding
from agents.outcomes import follow_outcomes
from executions.models import Execution
from executions.services import cancel_execution, create_execution, start_remote_execution
from executions.services.remote import changing_remote_execution
from system.models import Cursor
from tests.agents.finding_runs import DISK, Begun, found, report, run, the_finding

pytestmark = pytest.mark.django_db
STRICT: dict[str, Any] = {"thresholds": {"disk_percent": {"warning": 50, "critical": 60}}}


@pytest.fixture(autouse=True)
def _from_now_on(db: None) -> None:
    follow_outcomes()


def later(execution: Execution, by: timedelta) -> Execution:
    """As if it had been then, for what the tail reads."""
    Execution.objects.filter(pk=execution.pk).update(
        started_at=execution.started_at + by, completed_at=execution.completed_at + by
    )
    return execution


def test_it_is_one_row_with_its_first_and_last_sight() -> None:
    first = run(DISK)
    run("Disk / at 97 %")
    last = run(found("Disk / at 98 %", "critical", evidence="98 of 100 GB", command=None))
    row = Finding.objects.get()
    assert (row.count, row.first_execution, row.last_execution) == (3, first, last)
    assert (row.first_seen, row.last_seen) == (first.completed_at, last.completed_at)
    assert (row.agent_type, row.node_id, row.state, row.regressions) == ("disk", "nas", "open", 0)
    assert (row.title, row.severity, row.evidence) == ("Disk / at 98 %", "critical", "98 of 100 GB")
    assert (row.recommendation, row.command) == ("act", "")
    assert sum(row.days.values()) == 3


def test_within_one_batch_it_is_the_same() -> None:
    for each in (DISK, "Disk / at 97 %", None, DISK):
        Begun().end(*([each] if each else []))
    follow_outcomes()
    row = Finding.objects.get()
    assert (row.count, row.state, row.regressions) == (3, "open", 1)


def test_the_same_title_on_two_nodes_is_two() -> None:
    run(DISK)
    run(DISK, node="pi")
    run(node="pi")
    assert list(Finding.objects.order_by("pk").values_list("node_id", "state")) == [
        ("nas", "open"),
        ("pi", "resolved"),
    ]


def test_named_twice_in_a_report_it_is_the_graver() -> None:
    run(DISK, found("Disk / at 97 %", "critical"))
    row = Finding.objects.get()
    assert (row.severity, row.count) == ("critical", 1)


def test_it_resolves_itself_when_a_run_does_not_find_it_any_more() -> None:
    run(DISK)
    gone = run("Memory at 91 %")
    row = the_finding()
    assert (row.state, row.state_by, row.state_since) == ("resolved", "", gone.completed_at)
    assert the_finding("Memory").state == "open"


def test_what_has_not_looked_says_nothing_of_what_is_gone() -> None:
    run(DISK)
    run(with_report=False)
    run(error="the cleanup failed")
    waiting, _ = create_execution(agent_type="disk", node_id="nas")
    cancel_execution(waiting.pk, by="operator")
    run(agent="health")
    run(node="pi")
    assert the_finding().state == "open"


def test_a_run_that_fails_has_seen_what_it_reports() -> None:
    run(DISK, error="the cleanup failed")
    assert the_finding().count == 1


def test_what_comes_back_is_a_regression_of_the_same_row() -> None:
    run(DISK)
    run()
    back = run(DISK)
    row = Finding.objects.get()
    assert (row.state, row.regressions, row.count) == ("open", 1, 2)
    assert (row.back_at, row.state_since) == (back.completed_at, back.completed_at)


def test_resolved_by_hand_and_still_there_is_back_again() -> None:
    run(DISK)
    decide(the_finding().pk, Verdict.RESOLVE, by="ann")
    run(DISK)
    assert (the_finding().state, the_finding().regressions) == ("open", 1)


def test_a_run_that_looked_before_it_was_resolved_proves_nothing() -> None:
    run(DISK)
    slow = Begun()
    decide(the_finding().pk, Verdict.RESOLVE, by="ann")
    slow.end(DISK)
    follow_outcomes()
    row = the_finding()
    assert (row.state, row.state_by, row.regressions, row.count) == ("resolved", "ann", 0, 2)


def test_a_run_that_began_before_it_was_seen_does_not_say_that_it_is_gone() -> None:
    slow = Begun()
    run(DISK)
    slow.end()
    follow_outcomes()
    assert the_finding().state == "open"


def test_a_trial_of_a_person_opens_counts_and_resolves_nothing() -> None:
    run(DISK, overrides=STRICT)
    assert not Finding.objects.exists()
    run(DISK)
    run(DISK, "Disk /data/1 at 51 %", overrides=STRICT)
    run(overrides={"thresholds": {"disk_percent": {"warning": 99, "critical": 99}}})
    row = Finding.objects.get()
    assert (row.state, row.count) == ("open", 1)


def test_a_schedule_with_limits_of_its_own_has_findings_that_others_leave_alone() -> None:
    run("Disk /data/1 at 55 %", source="strict", overrides=STRICT)
    run()
    assert the_finding().state == "open", "the agent's own limits say nothing of it"
    run(source="other", overrides=STRICT)
    assert the_finding().state == "open"
    run(source="strict", overrides=STRICT)
    assert the_finding().state == "resolved"


def test_what_nobody_has_found_for_long_is_gone_whoever_says_so() -> None:
    run("Disk /data/1 at 55 %", source="strict", overrides=STRICT)
    later(Begun().end(), OTHERS_WAIT - timedelta(minutes=1))
    follow_outcomes()
    assert the_finding().state == "open"
    later(Begun().end(), OTHERS_WAIT + timedelta(minutes=1))
    follow_outcomes()
    assert the_finding().state == "resolved"


def test_an_agent_elsewhere_is_followed_too() -> None:
    for analysis in (report(DISK), report(DISK)):
        execution, _ = start_remote_execution(agent_type="nightly", node_id="far")
        with changing_remote_execution(execution.uid, [None]) as (change, _known):
            change.complete(ai_analysis=analysis)
    follow_outcomes()
    assert (the_finding().count, the_finding().node_id) == (2, "far")


def test_a_report_of_another_shape_is_none() -> None:
    run(DISK)
    execution = Begun()
    execution.end()
    Execution.objects.filter(pk=execution.execution.pk).update(ai_analysis={"verdict": "fine"})
    follow_outcomes()
    assert the_finding().state == "open"


def test_only_the_last_days_are_kept() -> None:
    first = run(DISK)
    assert first.completed_at is not None
    for days in (1, 1, DAYS_KEPT - 1, DAYS_KEPT + 5):
        later(Begun().end(DISK), timedelta(days=days))
        follow_outcomes()
    row = the_finding()
    assert row.count == 5
    assert sorted(row.days.values()) == [1, 1]
    assert (row.last_seen - row.first_seen).days == DAYS_KEPT + 5


def test_of_very_many_the_gravest_are_kept() -> None:
    titles = [found(f"Unit u{number}.service", "info") for number in range(MOST_NEW)]
    run(*titles, found(DISK, "critical"))
    assert Finding.objects.count() == MOST_NEW
    assert the_finding().severity == "critical"


def test_history_outlives_its_executions() -> None:
    run(DISK)
    run(DISK)
    Execution.objects.all().delete()
    row = the_finding()
    assert (row.first_execution, row.last_execution, row.count) == (None, None, 2)


def asked_of_findings() -> list[str]:
    """What a look at what has ended asks of their table: the first word of each statement."""
    with CaptureQueriesContext(connection) as queries:
        follow_outcomes()
    return [query["sql"].split()[0] for query in queries if "agents_finding" in query["sql"]]


def test_nothing_found_and_nothing_open_asks_once() -> None:
    for _ in range(5):
        Begun().end()
    assert asked_of_findings() == ["SELECT"]
    for _ in range(5):
        Begun().end(with_report=False)
    assert asked_of_findings() == []


def test_what_is_known_costs_no_more_however_much_it_is() -> None:
    many = [found(f"Unit u{number}.service has failed", "info") for number in range(30)]
    run(*many)
    for _ in range(4):
        Begun().end(*many)
    assert asked_of_findings() == ["SELECT", "30"], "30 times one statement, sent at once"
    assert set(Finding.objects.values_list("count", flat=True)) == {5}


def test_cut_off_in_between_nothing_is_counted_and_then_once() -> None:
    Begun().end(DISK)
    before = Cursor.objects.get(name="outcomes").position
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        follow_outcomes()
        assert Finding.objects.get().count == 1
        1 / 0  # noqa: B018
    assert not Finding.objects.exists()
    assert Cursor.objects.get(name="outcomes").position == before
    follow_outcomes()
    follow_outcomes()
    assert Finding.objects.get().count == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_count_once() -> None:
    for _ in range(5):
        Begun().end(DISK)
    both = threading.Barrier(2)

    def clock() -> None:
        both.wait(5)
        follow_outcomes()
        connection.close()

    threads = [threading.Thread(target=clock) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert the_finding().count == 5
