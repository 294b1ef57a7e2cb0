"""A launch that waits instead of being refused: why, for how long, in which order, and how it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import DjangoAssertNumQueries, Settings

from agents.holds import MOST_AT_ONCE, forget_cancelled, release_held
from agents.launching import LaunchRefused, launch_agent
from agents.models import AgentConfiguration, Hold, LaunchRefusal
from agents.reconciler import reconcile
from claudeops.processes.watch import Remedy, StallWatch
from executions.models import Execution, Status
from executions.services import cancel_execution, claim_execution
from system import app_settings
from system.roles import Role
from tests.agents.conftest import MakeAgent
from tests.api_clients import ApiClient
from tests.costs.budgeting import a_budget

pytestmark = pytest.mark.django_db


def held(**more: Any) -> Execution:
    return launch_agent("probe-run", hold=True, **more)[0]


def finish(execution: Execution) -> None:
    lease = claim_execution(execution.pk, owner="w")
    assert lease is not None
    lease.tracker().complete()


def is_queued(execution: Execution) -> bool:
    execution.refresh_from_db()
    return execution.status == Status.PENDING and execution.queued_at is not None


def first_words(execution: Execution) -> str:
    return str(execution.events.get(seq=1).decoded["message"])


def test_what_nothing_refuses_is_not_held(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    assert is_queued(held())
    assert (OrmQ.objects.count(), Hold.objects.count()) == (1, 0)


def test_the_api_says_what_it_waits_for(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    going, waits = held(), held()
    viewer = ApiClient(Role.VIEWER)
    assert viewer.get(f"/executions/{going.uid}").json()["held"] is None
    said = viewer.get(f"/executions/{waits.uid}").json()["held"]
    assert (said["limit"], said["detail"]) == ("concurrency", waits.hold.detail)
    finish(going)
    release_held()
    assert viewer.get(f"/executions/{waits.uid}").json()["held"] is None


def test_it_waits_outside_the_queue_and_says_why(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    launch_agent("probe-run")
    waits = held(actor="ada", dedupe_key="deploy-7")
    assert (waits.status, waits.queued_at, waits.hold.limit) == (Status.PENDING, None, "concurrency")
    assert first_words(waits).startswith("Held by ada: probe-run has 1 of 1 allowed executions")
    assert waits.hold.detail in first_words(waits)
    assert OrmQ.objects.count() == 1
    assert not LaunchRefusal.objects.exists()
    assert launch_agent("probe-run", hold=True, dedupe_key="deploy-7") == (waits, False)


def test_it_takes_no_place_and_no_worker_may_take_it(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=2)
    app_settings.set_value("executions.paused", True)
    waits = held()
    app_settings.set_value("executions.paused", False)
    assert claim_execution(waits.pk, owner="w") is None
    launch_agent("probe-run")
    launch_agent("probe-run")


def test_it_goes_as_soon_as_the_limit_allows(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    first, _ = launch_agent("probe-run")
    waits = held()
    assert release_held() == 0
    finish(first)
    assert release_held() == 1
    assert is_queued(waits)
    assert waits.events.get(seq=2).decoded["message"].startswith("Let go after ")
    assert not Hold.objects.exists()
    finish(waits)
    assert release_held() == 0


def test_the_first_goes_first_also_before_who_comes_now(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    first, _ = launch_agent("probe-run")
    second, third = held(), held()
    finish(first)
    fourth = held()
    assert [it.hold.limit for it in (second, third, fourth)] == ["concurrency", "order", "order"]
    for waits in (second, third, fourth):
        assert release_held() == 1
        assert is_queued(waits)
        assert release_held() == 0
        finish(waits)


def test_one_that_is_paused_waits_for_the_end_of_the_pause(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    app_settings.set_value("executions.paused", True)
    waits = held()
    assert (waits.hold.limit, release_held()) == ("paused", 0)
    app_settings.set_value("executions.paused", False)
    assert release_held() == 1


def test_the_cooldown_is_waited_for(make_agent: MakeAgent) -> None:
    make_agent(["true"], cooldown_ms=60_000)
    first, _ = launch_agent("probe-run")
    finish(first)
    waits = held()
    assert (waits.hold.limit, release_held()) == ("cooldown", 0)
    Execution.objects.filter(pk=first.pk).update(completed_at=timezone.now() - timedelta(seconds=61))
    assert release_held() == 1


def test_a_budget_is_waited_for_and_lets_others_pass(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=9)
    a_budget("none-here", max_runs=1, scope="schedule", scope_value="nightly")
    launch_agent("probe-run", trigger_source="nightly")
    waits = held(trigger_source="nightly")
    behind = held(trigger_source="hourly")
    assert (waits.hold.limit, behind.hold.limit) == ("budget", "order")
    assert release_held() == 1
    assert is_queued(behind)
    assert not is_queued(waits)


def test_what_is_held_is_no_run_of_a_budget(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=9)
    a_budget("two", max_runs=2)
    a_budget("two-at-night", max_runs=2, scope="schedule", scope_value="nightly")
    app_settings.set_value("executions.paused", True)
    for _ in range(3):
        held(trigger_source="nightly")
    app_settings.set_value("executions.paused", False)
    assert release_held() == 2
    assert Hold.objects.get().limit == "budget"
    assert release_held() == 0


def test_a_run_that_was_held_over_midnight_counts_when_it_goes(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=9)
    a_budget("one-a-night", max_runs=1, scope="schedule", scope_value="nightly", period="day")
    app_settings.set_value("executions.paused", True)
    waiting = [held(trigger_source="nightly") for _ in range(2)]
    yesterday = timezone.now() - timedelta(days=1)
    Execution.objects.update(created_at=yesterday, started_at=yesterday)
    app_settings.set_value("executions.paused", False)
    assert [release_held(), release_held()] == [1, 0]
    assert is_queued(waiting[0])


def test_of_a_group_one_at_a_time_is_let_go(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=9)
    first, second, third = (held(hold_group="nightly") for _ in range(3))
    assert is_queued(first)
    assert [it.hold.limit for it in (second, third)] == ["group", "group"]
    assert release_held() == 0
    finish(first)
    assert release_held() == 1
    assert is_queued(second)
    assert not is_queued(third)


def test_others_pass_a_group_that_waits(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=9)
    held(hold_group="nightly")
    waits = held(hold_group="nightly")
    other = held()
    assert other.hold.limit == "order"
    assert release_held() == 1
    assert is_queued(other)
    assert not is_queued(waits)


def test_who_does_not_wait_takes_the_turn_all_the_same(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=9)
    launch_agent("probe-run", hold_group="nightly")
    last, _ = launch_agent("probe-run", hold_group="nightly")
    waits = held(hold_group="nightly")
    assert (waits.hold.limit, release_held()) == ("group", 0)
    cancel_execution(last.pk, by="ada")
    assert release_held() == 1


def test_a_disabled_agent_refuses_all_the_same(make_agent: MakeAgent) -> None:
    make_agent(["true"], enabled=False)
    app_settings.set_value("executions.paused", True)
    with pytest.raises(LaunchRefused) as refused:
        held()
    assert refused.value.limit == "enabled"
    assert not Execution.objects.exists()


@pytest.mark.parametrize("what", ["disabled", "deleted"])
def test_it_fails_where_its_agent_was_taken_away(make_agent: MakeAgent, what: str) -> None:
    make_agent(["true"])
    app_settings.set_value("executions.paused", True)
    waits = held()
    agents = AgentConfiguration.objects.all()
    if what == "deleted":
        agents.delete()
    else:
        agents.update(enabled=False)
    assert release_held() == 1
    waits.refresh_from_db()
    assert waits.status == Status.FAILED
    assert waits.error_message == f"The agent probe-run was {what} while this run was held (paused)."
    assert not Hold.objects.exists()


def test_it_can_be_cancelled_at_once(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    first, _ = launch_agent("probe-run")
    waits = held()
    assert cancel_execution(waits.pk, by="ada") == "cancelled"
    finish(first)
    assert release_held() == 0
    waits.refresh_from_db()
    assert waits.status == Status.CANCELLED
    assert is_queued(held())
    assert forget_cancelled() == 1
    assert not Hold.objects.exists()


def test_nobody_rings_for_it_nor_takes_it_for_stuck(make_agent: MakeAgent, settings: Settings) -> None:
    settings.STALL_SECONDS = 0
    make_agent(["true"])
    app_settings.set_value("executions.paused", True)
    waits = held()
    Execution.objects.update(created_at=timezone.now() - timedelta(days=1), started_at=timezone.now())
    assert reconcile("localhost") == 0
    watch = StallWatch("localhost", "keeper")
    assert [watch.look(), watch.look()] == [Remedy.NONE, Remedy.NONE]
    assert not OrmQ.objects.exists()
    waits.refresh_from_db()
    assert waits.queued_at is None


def test_a_pass_does_a_bounded_part(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=99)
    app_settings.set_value("executions.paused", True)
    for _ in range(MOST_AT_ONCE + 1):
        held()
    app_settings.set_value("executions.paused", False)
    assert [release_held() for _ in range(3)] == [MOST_AT_ONCE, 1, 0]


def test_a_pass_over_nothing_is_one_query(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        release_held()
