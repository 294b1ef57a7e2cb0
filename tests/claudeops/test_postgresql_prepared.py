"""On PostgreSQL a statement that comes again is prepared: once, whatever the numbers in it."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from executions.models import Execution
from system.statements import update_rows
from tests.databases import SERVER, Database
from tests.live.site import working_with

pytestmark = pytest.mark.postgres

COLUMNS = "id bigint, duration_ms bigint, cost_usd bigint, exit_code int"
SIZES = (1, 2**15, 2**31, 2**62)


@pytest.fixture
def table(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One row in a table of this connection alone."""
    with django_db_blocker.unblock(), working_with(Database(tmp_path, SERVER)):
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE {Execution._meta.db_table} ({COLUMNS})")
            cursor.execute(f"INSERT INTO {Execution._meta.db_table} (id) VALUES (7)")
        yield


def change_in_all_sizes() -> None:
    for number in SIZES:
        for cost in SIZES:
            changes = {"duration_ms": number, "cost_usd": Decimal(cost) / 10**12, "exit_code": None}
            assert update_rows(Execution, {"id": 7}, changes) == 1
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT duration_ms, cost_usd FROM {Execution._meta.db_table}")
                assert cursor.fetchone() == (number, cost)


def prepared_updates() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'UPDATE%'")
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("table")
def test_numbers_of_all_sizes_are_one_statement() -> None:
    change_in_all_sizes()
    assert prepared_updates() == 1


def test_nothing_is_behind_a_pooler(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setenv("BEHIND_POOLER", "true")
    request.getfixturevalue("table")
    change_in_all_sizes()
    assert prepared_updates() == 0
    assert connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]


def test_the_address_may_say_otherwise(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> None:
    address = f"{SERVER}?prepare_threshold=2&application_name=ours"
    with django_db_blocker.unblock(), working_with(Database(tmp_path, address)):
        assert connection.settings_dict["OPTIONS"] == {
            "server_side_binding": True,
            "prepare_threshold": 2,
            "application_name": "ours",
        }
