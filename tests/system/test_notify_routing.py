"""Which alerts go into the outbox, for whom, and when they go."""

import threading
from datetime import time
from typing import Any

import pytest
from django.db import connection, transaction

from system.alerts import raise_alert, resolve_alert
from system.models import Alert, Notification, Severity
from system.notifications.routing import BATCH, enqueue_new
from tests.system.telling import NOON, a_rule, a_webhook, after, outbox, say

pytestmark = pytest.mark.django_db


def told(**where: Any) -> list[str]:
    enqueue_new(NOON)
    return [title for title, _ in outbox(**where)]


def test_what_was_raised_before_the_rule_is_not_told() -> None:
    a_webhook()
    say("before")
    a_rule()
    say("after")
    assert told() == ["after"]
    assert enqueue_new(NOON) == 0


def test_nothing_is_told_of_what_was_rolled_back() -> None:
    a_webhook()
    a_rule()
    with transaction.atomic():
        say("never")
        transaction.set_rollback(True)
    assert told() == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, ["budget", "failed", "critical"]),
        ({"kinds": ["run-failed"]}, ["failed"]),
        ({"agent_types": ["disk"]}, ["failed"]),
        ({"min_severity": "warning"}, ["failed", "critical"]),
        ({"min_severity": "critical", "kinds": ["budget", "critical-finding"]}, ["critical"]),
        ({"enabled": False}, []),
    ],
    ids=str,
)
def test_a_rule_chooses(rule: dict[str, Any], expected: list[str]) -> None:
    a_webhook()
    a_rule(**rule)
    say("budget", severity=Severity.INFO)
    say("failed", kind="run-failed", agent_type="disk")
    say("critical", kind="critical-finding", agent_type="other", severity=Severity.CRITICAL)
    assert told() == expected


@pytest.mark.parametrize(
    ("rule", "is_told"),
    [
        ({}, True),
        ({"min_severity": "critical"}, True),  # as grave as what it is the end of
        ({"kinds": ["critical-finding"]}, False),
        ({"kinds": ["critical-finding", "recovered"]}, True),
        ({"kinds": ["budget", "recovered"]}, False),
        ({"kinds": ["recovered"]}, True),
        ({"agent_types": ["other"]}, False),
    ],
    ids=str,
)
def test_who_is_told_of_the_beginning_is_told_of_the_end(rule: dict[str, Any], is_told: bool) -> None:
    a_webhook()
    a_rule(**rule)
    say("full", kind="critical-finding", severity=Severity.CRITICAL, agent_type="disk", subject="disk")
    resolve_alert("disk", title="not full any more")
    assert ("not full any more" in told()) == is_told


def test_two_rules_tell_a_target_once_and_by_the_sooner() -> None:
    a_webhook()
    a_webhook("other")
    a_rule(digest_minutes=10)
    a_rule()
    a_rule("other", digest_minutes=10)
    say("once")
    assert told(target__name="hook") == ["once"]
    assert Notification.objects.get(target__name="hook").due_at == NOON
    assert Notification.objects.get(target__name="other").due_at == after(600)


def test_what_comes_while_a_digest_is_gathered_goes_with_it() -> None:
    a_webhook()
    a_rule(digest_minutes=10)
    say("first")
    enqueue_new(NOON)
    for seconds, title in ((300, "second"), (599, "third"), (600, "of the next")):
        say(title)
        enqueue_new(after(seconds))
    ends = Notification.objects.order_by("id").values_list("due_at", flat=True)
    assert list(ends) == [after(600)] * 3 + [after(1200)]


def test_a_digest_goes_in_no_quiet_hour() -> None:
    """What is critical goes within them; what is not waits for the morning and not for its digest."""
    a_webhook()
    a_rule(digest_minutes=10, quiet_from=time(11), quiet_until=time(13), quiet_zone="UTC")
    say("grave", severity=Severity.CRITICAL)
    say("mild")
    enqueue_new(NOON)
    ends = dict(Notification.objects.values_list("alert__title", "due_at"))
    assert ends == {"grave": after(600), "mild": after(3600)}


def test_a_burst_is_taken_in_parts() -> None:
    a_webhook()
    a_rule()
    for number in range(BATCH + 5):
        raise_alert(kind="budget", key=f"{number}", severity=Severity.INFO, title=f"{number}")
    assert [enqueue_new(NOON), enqueue_new(NOON), enqueue_new(NOON)] == [BATCH, 5, 0]
    assert Notification.objects.count() == BATCH + 5


def test_at_rest_it_is_one_query(django_assert_num_queries: Any) -> None:
    for number in range(50):
        say(f"{number}")
    enqueue_new(NOON)
    with django_assert_num_queries(1) as asked:
        assert enqueue_new(NOON) == 0
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[0]['sql']}")
            assert "alert_unrouted" in str(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_two_clocks_put_it_in_once() -> None:
    a_webhook()
    a_rule()
    for number in range(20):
        say(f"{number}")
    both = threading.Barrier(2)

    def clock() -> None:
        both.wait(5)
        enqueue_new(NOON)
        connection.close()

    threads = [threading.Thread(target=clock) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert Notification.objects.count() == 20
    assert not Alert.objects.filter(is_routed=False).exists()
