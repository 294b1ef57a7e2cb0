import logging
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection
from pytest_django import Settings

from system.slow_queries import log_slow_query, watch_connection
from tests.databases import Database


@pytest.fixture
def bare(db: None) -> Iterator[None]:
    """The connection without any wrapper, whatever the environment put around it."""
    before = list(connection.execute_wrappers)
    connection.execute_wrappers.clear()
    yield
    connection.execute_wrappers[:] = before


@pytest.fixture
def watched(bare: None, settings: Settings, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Every query counts as slow that takes a hundredth of a millisecond."""
    settings.SLOW_QUERY_MS = 0.01
    watch_connection(connection=connection)
    caplog.set_level(logging.WARNING)
    return caplog


def slow_lines(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if record.name == "system.slow_queries"]


def test_a_slow_query_is_logged_without_its_parameters(watched: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s, %s", ["sk-secret", "other"])
    (line,) = slow_lines(watched)
    assert line.startswith("Slow query, 0 ms, 2 parameters: SELECT %s, %s")
    assert "sk-secret" not in watched.text


def test_one_that_fails_is_logged_too(watched: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError):
        cursor.execute("SELECT nonsense FROM nowhere")
    assert "FROM nowhere" in slow_lines(watched)[0]


def test_a_long_statement_is_cut(watched: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT '{'x' * 10_000}'")
    assert len(slow_lines(watched)[0]) < 2100


def test_a_fast_query_is_not(watched: pytest.LogCaptureFixture, settings: Settings) -> None:
    settings.SLOW_QUERY_MS = 10_000
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert slow_lines(watched) == []


def test_a_connection_is_watched_once_and_only_with_a_limit(bare: None, settings: Settings) -> None:
    settings.SLOW_QUERY_MS = 0
    watch_connection(connection=connection)
    assert connection.execute_wrappers == []
    settings.SLOW_QUERY_MS = 100
    for _ in range(2):
        watch_connection(connection=connection)
    assert connection.execute_wrappers == [log_slow_query]


# Counts to three million inside the database.
SLOW = """
from django.db import connection
cursor = connection.cursor()
cursor.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s)"
               " SELECT count(*) FROM n", [3000000])
"""


@pytest.mark.parametrize(("environment", "is_logged"), [("development", True), ("test", False)])
def test_development_logs_them_by_itself(database: Database, environment: str, is_logged: bool) -> None:
    done = database.manage("shell", "-v0", "-c", SLOW, CLAUDEOPS_ENV=environment)
    assert done.returncode == 0, done.stderr
    assert ("Slow query" in done.stderr and "1 parameters" in done.stderr) is is_logged
