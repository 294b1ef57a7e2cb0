"""A process that writes to one engine and then to the other, as the tests do, writes each one's own form."""

from datetime import UTC, datetime

import environ
import pytest
from django.db import connection
from pytest_django import Settings

from system.models import Node
from system.statements import update_rows
from tests.databases import new_postgresql
from tests.faults.fixtures import inside
from tests.faults.home import Home

AT = datetime(2026, 11, 21, tzinfo=UTC)


def write() -> None:
    Node.objects.create(name="attic")
    assert update_rows(Node, {"name": "attic"}, {"clock_seen_at": AT}) == 1


@pytest.mark.postgres
def test_a_moment_has_the_form_of_its_database(
    home: Home, postgres_template: str, settings: Settings
) -> None:
    with new_postgresql(postgres_template) as url:
        postgres = environ.Env.db_url_config(url)
        with inside(home.directory, settings, OPTIONS={}, **postgres):
            write()
            assert Node.objects.get().clock_seen_at == AT
    write()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_seen_at || '' FROM system_node")
        assert cursor.fetchone() == ("2026-11-21 00:00:00",)
