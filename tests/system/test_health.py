from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import DjangoAssertNumQueries, Settings

from system.health import check_health
from system.models import Node, SystemMetric
from system.thresholds import Health
from tests.databases import Database


def a_node(name: str, *, silent: float | None) -> Node:
    seen = None if silent is None else timezone.now() - timedelta(seconds=silent)
    return Node.objects.create(name=name, workers=2, worker_seen_at=seen)


@pytest.mark.django_db
def test_a_machine_at_work_is_as_its_last_sample_says(settings: Settings) -> None:
    a_node("localhost", silent=1)
    SystemMetric.objects.create(overall_health="critical", timestamp=timezone.now() - timedelta(minutes=1))
    assert check_health().status is Health.CRITICAL
    newest = SystemMetric.objects.create(overall_health="healthy")
    SystemMetric.objects.create(node_id="elsewhere", overall_health="critical")
    health = check_health()
    assert health.status is Health.HEALTHY
    assert health.metric == newest
    assert health.database.answers
    assert health.database.engine == connection.vendor
    assert health.database.latency_ms is not None
    assert health.database.version.split(".")[0].isdigit()


@pytest.mark.django_db
def test_no_living_worker_is_a_warning(settings: Settings) -> None:
    assert check_health().status is Health.WARNING
    a_node("attic", silent=None)
    a_node("cellar", silent=settings.LEASE_SECONDS + 5)
    health = check_health()
    assert health.status is Health.WARNING
    assert [(node.name, node.is_alive) for node in health.nodes] == [("attic", False), ("cellar", False)]
    assert health.nodes[0].seconds_silent is None
    a_node("hall", silent=settings.LEASE_SECONDS - 5)
    assert check_health().status is Health.HEALTHY


@pytest.mark.django_db
def test_messages_that_wait_are_counted() -> None:
    OrmQ.objects.create(key="localhost", payload="x", lock=timezone.now())
    assert check_health().queued_messages == 1


@pytest.mark.django_db
def test_it_asks_few_questions(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for name in ("attic", "cellar", "hall"):
        a_node(name, silent=1)
    with django_assert_max_num_queries(4):
        check_health()


REPORT = """
from system.health import check_health
health = check_health()
print(health.status, health.database.answers, health.database.note)
"""


def test_a_database_that_does_not_answer_is_critical_and_named_to_nobody(tmp_path: Path) -> None:
    gone = Database(tmp_path, "postgres://postgres:hunter2@127.0.0.1:1/nothing")
    done = gone.manage("shell", "-v0", "-c", REPORT)
    assert done.stdout.strip() == "critical False The database does not answer (OperationalError)."


def test_a_database_without_tables_is_critical(tmp_path: Path) -> None:
    done = Database(tmp_path).manage("shell", "-v0", "-c", REPORT)
    assert done.stdout.startswith("critical False"), done.stderr
