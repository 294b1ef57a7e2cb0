"""GET /system/health: open to all, 200 while the database answers, 503 when it does not."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from system.models import Node, SystemMetric
from system.schemas import HealthOut
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db


def health(status: int = 200) -> dict[str, Any]:
    response = ApiClient(None).get("/system/health")
    assert response.status_code == status, response.content
    HealthOut.model_validate_json(response.content)
    document: dict[str, Any] = response.json()
    return document


def test_a_fresh_installation_answers_and_says_what_it_misses() -> None:
    document = health()
    assert document["database"]["answers"] is True
    assert document["database"]["engine"] == connection.vendor
    assert document["database"]["version"]
    assert document["queue"] == {"messages": 0}
    assert document["workers"] == []
    assert document["clock"] == {"is_alive": False, "seconds_silent": None}
    assert document["machine"] is None
    assert document["status"] == "warning"


def test_workers_clock_and_machine_are_shown() -> None:
    now = timezone.now()
    Node.objects.create(name="attic", workers=2, worker_seen_at=now, clock_seen_at=now - timedelta(seconds=5))
    Node.objects.create(name="cellar", workers=2, worker_seen_at=now - timedelta(hours=1), restarts=3)
    SystemMetric.objects.create(node_id="localhost", cpu_usage_percent=12.5, overall_health="healthy")
    document = health()
    attic, cellar = document["workers"]
    assert (attic["node"], attic["is_alive"], cellar["is_alive"], cellar["restarts"]) == (
        "attic",
        True,
        False,
        3,
    )
    assert cellar["seconds_silent"] > 3599
    assert document["clock"]["is_alive"] is True
    assert 5 <= document["clock"]["seconds_silent"] < 15
    assert (document["machine"]["cpu"], document["machine"]["memory"]) == (12.5, None)
    assert document["status"] == "healthy"


def test_a_database_that_does_not_answer_is_a_503_without_its_secrets() -> None:
    def fail(*_call: Any) -> None:
        raise DatabaseError("could not connect to db.internal as claudeops")

    with connection.execute_wrapper(fail):
        document = health(503)
    assert document["status"] == "critical"
    assert document["database"]["answers"] is False
    assert "db.internal" not in str(document)
