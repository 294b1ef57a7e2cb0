"""What days were spent on is added up alike by both engines, whole and in parts."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from costs.breakdowns import Group
from costs.models import DailyCost
from costs.spending import cost_by_day, read_combinations, spent_by, spent_in_all
from system.roles import Role
from tests.console import signed_in
from tests.costs.ledger import HAIKU, OPUS, an_execution, spend
from tests.faults.home import Home

FIRST, AFTER = date(2026, 11, 20), date(2026, 11, 23)


def a_day(day: int, agent: str, cost: str, **more: str) -> None:
    DailyCost.objects.create(
        day=date(2026, 11, day), agent_type=agent, cost_usd=cost, records=2, executions=1, tokens_used=7,
        **{"model_used": "m", "node_id": "n", **more},
    )  # fmt: skip


def some_days() -> None:
    a_day(19, "a", "100")  # before them
    a_day(20, "a", "1.5")
    a_day(20, "a", "0.25", model_used="other")
    a_day(22, "b", "0.000000000001")
    a_day(22, "c", "2", triggered_by="schedule", trigger_source="nightly")
    a_day(22, "c", "3", triggered_by="webhook", trigger_source="nightly")
    a_day(23, "a", "100")  # after them


def costs(group: Group) -> dict[str, Decimal]:
    combinations = read_combinations(FIRST, AFTER, {})
    return {key: spent.cost for key, spent in spent_by(group, combinations).items()}


def on(group: Group, keys: Sequence[str]) -> dict[str | None, dict[int, Decimal]]:
    found = cost_by_day(group, keys, FIRST, AFTER, {})
    return {key: {day.day: cost for day, cost in days.items()} for key, days in found.items()}


def test_parts_make_up_the_whole(any_home: Home) -> None:
    some_days()
    tiny = Decimal("0.000000000001")
    total = spent_in_all(read_combinations(FIRST, AFTER, {}))
    assert (total.cost, total.records, total.executions, total.tokens) == (Decimal("6.75") + tiny, 10, 5, 35)
    assert costs(Group.AGENT) == {"c": Decimal(5), "a": Decimal("1.75"), "b": tiny}
    assert costs(Group.SCHEDULE) == {"": Decimal("4.75") + tiny, "nightly": Decimal(2)}
    assert list(costs(Group.TRIGGER)) == ["webhook", "schedule", "manual"]
    assert on(Group.AGENT, ["c", "a"]) == {
        "a": {20: Decimal("1.75")},
        "c": {22: Decimal(5)},
        None: {22: tiny},
    }
    assert on(Group.SCHEDULE, ["nightly"]) == {
        "nightly": {22: Decimal(2)},
        None: {20: Decimal("1.75"), 22: Decimal(3) + tiny},
    }
    assert on(Group.MODEL, []) == {None: {20: Decimal("1.75"), 22: Decimal(5) + tiny}}


def dearest(client: Client, query: str) -> list[str]:
    response = client.get(f"/costs/overview/dearest.json?from=2026-11-01&to=2026-11-30&{query}")
    assert response.status_code == 200
    return [item["agent"] for item in response.json()["items"]]


def test_the_dearest_are_found_on_both(any_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """In either way that a database can be asked for them, and of one model."""
    for agent, model in (("cheap", HAIKU), ("dear", OPUS), ("elsewhen", OPUS)):
        run = an_execution(agent)
        spend(run, "2026-11-21T10:00", model)
        began = "2026-11-21T10:00Z" if agent != "elsewhen" else "2026-10-21T10:00Z"
        type(run).objects.filter(pk=run.pk).update(started_at=began)
    viewer = signed_in(Role.VIEWER)
    assert dearest(viewer, "") == ["dear", "cheap"]
    assert dearest(viewer, f"model={HAIKU}") == ["cheap"]
    monkeypatch.setattr("claudeops.costs_page.dearest.MANY", 0)
    assert dearest(viewer, "") == ["dear", "cheap"]
    assert dearest(viewer, "agent=cheap") == ["cheap"]
