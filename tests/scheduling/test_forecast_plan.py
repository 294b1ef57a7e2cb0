"""Which runs schedules still have this month; a row that does not hold is said not to be counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from agents.models import AgentConfiguration
from scheduling.forecast import plan_month
from scheduling.models import Schedule

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 16, tzinfo=UTC)


@pytest.fixture
def agent() -> AgentConfiguration:
    return AgentConfiguration.objects.create(agent_type="backup", name="Backup")


def a_schedule(agent: AgentConfiguration, cron: str = "0 3 * * *", **more: Any) -> Schedule:
    return Schedule.objects.create(**{"name": "Nightly", **more}, agent=agent, cron_expression=cron)


def runs(now: datetime = NOW) -> list[int]:
    return [planned.runs for planned in plan_month(now).planned]


def test_due_times_until_the_end_of_the_month(agent: AgentConfiguration) -> None:
    a_schedule(agent)
    (planned,) = plan_month(NOW).planned
    assert (planned.source, planned.name, planned.agent_type) == ("nightly", "Nightly", "backup")
    assert planned.runs == 15


def test_what_is_due_now_has_begun_already(agent: AgentConfiguration) -> None:
    a_schedule(agent, "0 0 * * *")
    assert runs() == [14]


def test_the_month_ends_in_the_time_zone(agent: AgentConfiguration, settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"  # 1 July begins at 15:00 UTC of 30 June
    a_schedule(agent, "0 16 * * *")
    a_schedule(agent, "0 16 * * *", timezone="Asia/Tokyo")
    assert runs() == [14, 15]


def test_what_is_off_has_no_runs(agent: AgentConfiguration) -> None:
    a_schedule(agent, enabled=False)
    assert (plan_month(NOW).planned, plan_month(NOW).not_counted) == ([], [])


@pytest.mark.parametrize(("most", "so_far", "left"), [(20, 15, 5), (20, 20, 0), (20, 25, 0), (100, 0, 15)])
def test_no_more_than_its_end_allows(agent: AgentConfiguration, most: int, so_far: int, left: int) -> None:
    a_schedule(agent, max_executions=most, executions_count=so_far)
    assert runs() == [left]


@pytest.mark.parametrize(
    ("bounds", "left"),
    [
        ({"starts_at": NOW - timedelta(days=9)}, 15),
        ({"starts_at": datetime(2026, 6, 20, 3, tzinfo=UTC)}, 11),
        ({"starts_at": datetime(2026, 7, 20, tzinfo=UTC)}, 0),
        ({"ends_at": datetime(2026, 6, 20, 3, tzinfo=UTC)}, 4),
        ({"ends_at": NOW - timedelta(days=9)}, 0),
        ({"starts_at": datetime(2026, 6, 20, tzinfo=UTC), "ends_at": datetime(2026, 6, 22, tzinfo=UTC)}, 2),
    ],
)
def test_from_its_start_and_until_its_end(agent: AgentConfiguration, bounds: Any, left: int) -> None:
    a_schedule(agent, **bounds)
    assert runs() == [left]


def test_it_runs_on_each_of_its_nodes(agent: AgentConfiguration) -> None:
    a_schedule(agent, node_ids=["attic", "cellar"])
    a_schedule(agent, node_ids=["attic", "cellar"], max_executions=20)
    assert runs() == [30, 20]


def test_an_agent_that_is_disabled_will_not_run(agent: AgentConfiguration) -> None:
    AgentConfiguration.objects.update(enabled=False)
    a_schedule(agent)
    assert plan_month(NOW).not_counted == [("Nightly", "Its agent backup is disabled.")]


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("", "UTC"),
        ("* * * *", "UTC"),
        ("0 * * * * *", "UTC"),
        ("60 * * * *", "UTC"),
        ("0 0 31 2 *", "UTC"),
        ("R 3 * * *", "UTC"),
        ("@reboot", "UTC"),
        ("0 3 * * *", "Mars/Olympus"),
        ("0 3 * * *", ""),
        ("0 3 * * *", "America"),
        ("0 3 * * *", "../etc/passwd"),
    ],
)
def test_a_row_that_does_not_hold_is_named(agent: AgentConfiguration, cron: str, zone: str) -> None:
    a_schedule(agent, cron, timezone=zone, name="A broken one")
    a_schedule(agent)
    plan = plan_month(NOW)
    assert [planned.runs for planned in plan.planned] == [15]
    ((name, reason),) = plan.not_counted
    assert name == "A broken one"
    assert reason.endswith(".")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("Nightly", "nightly"),
        ("  Every Night, at 3! ", "every-night-at-3"),
        ("x" * 150, "x" * 100),
        ("毎晩", None),
        ("!!!", None),
    ],
)
def test_the_source_is_the_name_as_a_slug(agent: AgentConfiguration, name: str, source: str | None) -> None:
    schedule = a_schedule(agent, name=name)
    assert plan_month(NOW).planned[0].source == (source or f"schedule-{schedule.pk}")


def test_one_query_for_all(agent: AgentConfiguration, django_assert_num_queries: Any) -> None:
    for number in range(10):
        a_schedule(agent, name=f"S {number}")
    with django_assert_num_queries(1):
        plan_month(NOW)
