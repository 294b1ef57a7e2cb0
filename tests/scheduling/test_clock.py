import signal
import time

from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from executions.services import claim_execution, create_execution
from scheduling.clock import Duty
from system.models import Node, SystemMetric
from tests.faults.home import Home, eventually


def test_its_duties_are_done_again_and_again(home: Home) -> None:
    home.manage("clock", CLAUDEOPS_METRICS_SECONDS="0.5")
    eventually("three samples", lambda: SystemMetric.objects.count() >= 3)
    first, second, third = SystemMetric.objects.order_by("timestamp")[:3]
    assert 0.8 < (third.timestamp - first.timestamp).total_seconds() < 3
    assert first.timestamp < second.timestamp
    seen = Node.objects.get().clock_seen_at
    assert seen is not None
    assert (timezone.now() - seen).total_seconds() < 30


def test_one_that_fails_does_not_stop_the_others(home: Home, settings: Settings) -> None:
    settings.LEASE_SECONDS = 1
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE system_systemmetric")
    execution, _ = create_execution(agent_type="gone", node_id="localhost")
    claim_execution(execution.pk, owner="a worker that is dead")  # nobody will renew it
    home.manage("clock", CLAUDEOPS_METRICS_SECONDS="0.5")
    eventually("the metrics fail again", lambda: home.log.read_text().count("duty 'metrics' failed") >= 3)
    eventually("the lease was settled", lambda: home.execution(execution.pk).status == "pending")


def test_it_ends_at_once(home: Home) -> None:
    process = home.manage("clock")
    eventually("it works", Node.objects.exists)
    began = time.monotonic()
    process.terminate()
    assert process.wait(5) == -signal.SIGTERM
    assert time.monotonic() - began < 1


def test_it_ends_at_once_while_the_database_waits(home: Home) -> None:
    process = home.manage("clock", CLAUDEOPS_METRICS_SECONDS="0.1")
    eventually("it writes", SystemMetric.objects.exists)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        time.sleep(1)  # its next sample waits for the lock now, inside SQLite
        began = time.monotonic()
        process.terminate()
        assert process.wait(5) == -signal.SIGTERM
        assert time.monotonic() - began < 1
        cursor.execute("ROLLBACK")


def test_a_duty_that_took_too_long_is_not_made_up_for() -> None:
    duty = Duty("slow", 10.0, lambda: None, next_at=100.0)
    duty.plan(104.0)
    assert (duty.next_at, duty.is_due(109.9), duty.is_due(110.0)) == (110.0, False, True)
    duty.plan(155.0)
    assert duty.next_at == 165.0
