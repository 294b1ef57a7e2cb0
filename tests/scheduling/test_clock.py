import signal
import time

from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from agents.launching import launch_agent
from executions.services import claim_execution, create_execution
from system import app_settings
from system.models import Node, SystemMetric
from tests.faults.home import Home, eventually


def test_its_duties_are_done_again_and_again(home: Home) -> None:
    home.manage("clock", CLAUDEOPS_METRICS_SECONDS="0.5")
    eventually("three samples", lambda: SystemMetric.objects.count() >= 3)
    first, second, third = SystemMetric.objects.order_by("timestamp")[:3]
    assert 0.5 < (third.timestamp - first.timestamp).total_seconds() < 3
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


def test_it_lets_go_what_was_held(home: Home) -> None:
    app_settings.set_value("executions.paused", True)
    held, _ = launch_agent(home.agent("waits", "true"), hold=True)
    home.manage("clock")
    eventually("it works", Node.objects.exists)
    assert home.execution(held.pk).queued_at is None
    app_settings.set_value("executions.paused", False)
    eventually("it is queued", lambda: home.execution(held.pk).queued_at)


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
