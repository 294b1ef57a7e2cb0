"""Statistics help the planner, and never make a look at what runs a walk past all that ever ran."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from executions.models import Execution
from executions.services import create_execution
from system.database_care import LARGE, optimize_database
from tests.benchmarks.history import write_history
from tests.faults.home import Home

RUNS = LARGE + 2000


def plan_of(rows: Any) -> str:
    """Of SQLite's planner, on a connection that has read the statistics."""
    connection.close()
    return str(rows.explain())


def statistics() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tbl FROM sqlite_stat1")
        return {table for (table,) in cursor.fetchall()}


@pytest.fixture
def busy(home: Home) -> Iterator[None]:
    write_history(home.database, RUNS)
    for _ in range(3):
        create_execution(agent_type="disk-space", node_id="localhost")
    yield
    with connection.cursor() as cursor:  # they are not as the engine would have left them
        cursor.execute("DELETE FROM executions_executionevent")
        cursor.execute("DELETE FROM executions_execution")


def test_what_runs_is_still_found_by_its_status(busy: None) -> None:
    words = optimize_database(timezone.now())
    assert words.startswith("Took statistics of 2 large tables. ")
    assert "are free, and will be used again." in words
    # Of no other: a table that is small today may be large tomorrow.
    assert statistics() == {"executions_execution", "executions_executionevent"}
    active = Execution.objects.active()
    for rows in (
        active,
        active.values("agent_type").annotate(Count("pk")),
        active.values("node_id").distinct(),
        active.newest_first(),
        Execution.objects.running().filter(agent_type="backup"),
    ):
        plan = plan_of(rows)
        assert "SEARCH" in plan
        assert "SCAN executions_execution" not in plan


def test_it_runs_on_both_engines(any_home: Home) -> None:
    words = optimize_database(timezone.now())
    assert "iB" in words
    assert words.startswith("Autovacuum " if connection.vendor == "postgresql" else "Took statistics ")
