"""Statements below the ORM store and read the same values as the ORM, and add up in one step."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from executions.models import DailyExecutions, Execution, ExecutionEvent
from system.counters import count_all, counted
from system.models import Node
from system.statements import add_up, insert_row, insert_rows, select_rows, update_each, update_rows

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 14, 5, 0, 250_001, UTC)
VALUES: dict[str, Any] = {
    "uid": uuid4(),
    "agent_type": "näch'tly; --",
    "status": "running",
    "started_at": AT,
    "completed_at": None,
    "duration_ms": 2**62,
    "cost_usd": Decimal("0.000000000001"),
    "execution_context": {"a": [1, None, "ü"]},
    "lease_token": uuid4(),
    "lease_until": AT,
    "exit_code": -3,
}
NAMES = tuple(VALUES)


def test_a_row_is_what_the_orm_reads_and_the_other_way_round() -> None:
    key = insert_row(Execution, VALUES)
    assert Execution.objects.filter(pk=key).values(*NAMES).get() == VALUES
    assert select_rows(Execution, NAMES, {"id": key}) == [tuple(VALUES.values())]
    made = Execution.objects.create(**{**VALUES, "uid": uuid4()})
    assert select_rows(Execution, NAMES[1:], {"uid": made.uid}) == [tuple(VALUES.values())[1:]]


def test_columns_that_are_not_given_take_the_databases_defaults() -> None:
    execution = Execution.objects.get(pk=insert_row(Execution, VALUES))
    assert (execution.node_id, execution.attempt, execution.result_summary) == ("localhost", 0, "")
    assert execution.created_at is not None


def test_nothing_is_found_where_nothing_is() -> None:
    assert select_rows(Execution, ("id",), {"uid": uuid4()}) == []


def test_many_rows_at_once_and_none() -> None:
    key = insert_row(Execution, VALUES)
    names = ("execution_id", "seq", "event", "at", "data", "key")
    insert_rows(ExecutionEvent, names, [(key, seq, "execution:log", AT, "{}", None) for seq in (1, 2, 3)])
    insert_rows(ExecutionEvent, names, [])
    assert list(ExecutionEvent.objects.values_list("seq", "at", "key")) == [
        (seq, AT, None) for seq in (1, 2, 3)
    ]


def test_an_update_changes_what_matches_and_says_how_many() -> None:
    first, second = insert_row(Execution, VALUES), insert_row(Execution, {**VALUES, "uid": uuid4()})
    changes = {"lease_token": None, "duration_ms": 5, "execution_context": {}}
    assert update_rows(Execution, {"id": first, "lease_token": VALUES["lease_token"]}, changes) == 1
    assert update_rows(Execution, {"id": first, "lease_token": VALUES["lease_token"]}, changes) == 0
    assert update_rows(Execution, {"id": first, "lease_token": None}, {"duration_ms": 6}) == 1
    assert Execution.objects.get(pk=first).duration_ms == 6
    assert Execution.objects.get(pk=first).execution_context == {}
    assert Execution.objects.get(pk=second).duration_ms == VALUES["duration_ms"]


KEY = {"day": date(2026, 11, 23), "agent_type": "a", "node_id": "n", "status": "completed"}


def added(took: int, at: datetime, cost: str) -> DailyExecutions:
    add_up(
        DailyExecutions,
        KEY,
        add={"executions": 1, "duration_ms": took, "cost_usd": Decimal(cost), "tokens_used": 3},
        least={"fastest_ms": took},
        greatest={"slowest_ms": took, "last_started_at": at},
    )
    return DailyExecutions.objects.get(**KEY)


def test_sums_least_and_greatest_of_one_key() -> None:
    later = AT.replace(hour=15)
    added(50, later, "0.1")
    row = added(20, AT, "0.000000000001")
    assert (row.executions, row.duration_ms, row.tokens_used) == (2, 70, 6)
    assert row.cost_usd == Decimal("0.100000000001")
    assert (row.fastest_ms, row.slowest_ms, row.last_started_at) == (20, 50, later)


def test_an_unknown_least_and_greatest_give_way() -> None:
    DailyExecutions.objects.create(**KEY, executions=1)
    row = added(20, AT, "0")
    assert (row.executions, row.fastest_ms, row.slowest_ms, row.last_started_at) == (2, 20, 20, AT)


def test_constraints_still_hold() -> None:
    insert_row(Node, {"name": "attic", "hostname": "", "version": "", "workers": 0, "restarts": 0})
    with pytest.raises(IntegrityError):
        insert_row(Node, {"name": "attic", "hostname": "", "version": "", "workers": 0, "restarts": 0})


def test_where_the_database_cannot_return_it_the_key_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.features, "can_return_columns_from_insert", False)
    key = insert_row(Execution, VALUES)
    assert Execution.objects.get(pk=key).uid == VALUES["uid"]


def test_many_updates_at_once_are_counted() -> None:
    for name in ("attic", "cellar", "shed"):
        Node.objects.create(name=name)
    rows = [(1, AT, "attic", 0), (2, None, "cellar", 0), (3, AT, "shed", 7), (4, AT, "nowhere", 0)]
    assert update_each(Node, ("workers", "clock_seen_at"), ("name", "restarts"), rows) == 2
    assert list(Node.objects.order_by("name").values_list("workers", "clock_seen_at")) == [
        (1, AT), (2, None), (0, None)
    ]  # fmt: skip


def test_many_sums_at_once() -> None:
    count_all({("fires", "a"): 2, ("fires", "a\tb", "c"): 1})
    count_all({("fires", "a"): 3})
    count_all({})
    assert counted("fires") == [(("a",), 5), (("a b", "c"), 1)]
