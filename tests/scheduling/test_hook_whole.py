"""Delivery, execution and queue message are there together, or not at all."""

from collections.abc import Callable

import pytest
from django.db import connection
from django_q.models import OrmQ

from executions.models import Execution
from scheduling.models import HookDelivery
from tests.scheduling.hooks import a_hook, send

pytestmark = pytest.mark.django_db

TABLES = ("scheduling_hookdelivery", "executions_execution", "executions_executionevent", "django_q_ormq")


@pytest.fixture
def break_writes_to() -> Callable[[str], None]:
    def break_them(table: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END"
            )

    return break_them


@pytest.mark.parametrize("table", TABLES)
def test_what_fails_in_between_leaves_nothing(table: str, break_writes_to: Callable[[str], None]) -> None:
    hook = a_hook()
    break_writes_to(table)
    assert send(hook).status_code in (409, 500, 503)
    for model in (Execution, HookDelivery, OrmQ):
        assert not model.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER broken")
    assert send(hook).status_code == 202
    assert [model.objects.count() for model in (Execution, HookDelivery, OrmQ)] == [1, 1, 1]
