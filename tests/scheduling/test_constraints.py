from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from django.db.models import Model
from django.utils import timezone

from agents.models import AgentConfiguration
from executions.services import create_execution
from scheduling.models import Fire, Hook, HookDelivery, JobRun, Schedule
from tests import constraints
from tests.constraints import Once, Rule

pytestmark = pytest.mark.django_db
numbers = count(1)


def a_schedule() -> Schedule:
    agent = AgentConfiguration.objects.create(agent_type=f"agent-{next(numbers)}", name="Disk Space")
    return Schedule(name="Nightly", agent=agent, cron_expression="0 3 * * *")


def a_job_run(state: str = "queued") -> JobRun:
    number = next(numbers)
    return JobRun(name=f"job-{number}", due_at=timezone.now() + timedelta(days=number), state=state)


def a_running_job() -> JobRun:
    return a_job_run("running")


def a_fire() -> Fire:
    schedule = a_schedule()
    schedule.save()
    return Fire(schedule=schedule, due_at=timezone.now(), state="launched")


def a_hook() -> Hook:
    agent = AgentConfiguration.objects.create(agent_type=f"agent-{next(numbers)}", name="Disk Space")
    return Hook(slug=f"hook-{next(numbers)}", name="Alerts", agent=agent, secret="a secret of tests")


def a_delivery(scheme: str = "standard") -> HookDelivery:
    hook = a_hook()
    hook.save()
    number = f"{next(numbers)}"
    execution, _ = create_execution(agent_type="disk-space", node_id="localhost")
    return HookDelivery(
        hook=hook,
        message_id=number,
        body_digest=number,
        scheme=scheme,
        state="launched",
        execution=execution,
    )


def a_github_delivery() -> HookDelivery:
    return a_delivery(scheme="github")


MAKERS: dict[type[Model], Callable[[], Model]] = {
    Schedule: a_schedule, JobRun: a_job_run, Fire: a_fire, Hook: a_hook, HookDelivery: a_delivery,
}  # fmt: skip
RULES = [
    Rule("schedule_missed_known", Schedule, {"missed_policy": "hope"}),
    Rule("schedule_overlap_known", Schedule, {"overlap_policy": "hope"}),
    Rule("schedule_run_not_before_due", Schedule, {"next_due": "2026-11-23T00:00:00Z"}),
    Rule("schedule_run_not_before_due", Schedule, {"next_run": "2026-11-23T00:00:00Z"}),
    Rule(
        "schedule_run_not_before_due",
        Schedule,
        {"next_due": "2026-11-23T00:01:00Z", "next_run": "2026-11-23T00:00:00Z"},
    ),
    Rule(
        "schedule_ends_after_start",
        Schedule,
        {"starts_at": "2026-11-23T00:00:00Z", "ends_at": "2026-11-23T00:00:00Z"},
    ),
    Rule("hook_scheme_known", Hook, {"scheme": "trust"}),
    Rule("hook_previous_secret_ends", Hook, {"previous_until": "2026-11-23T00:00:00Z"}),
    Rule("hook_previous_secret_ends", Hook, {"previous_secret": "sealed"}),
    Rule("hook_delivery_scheme_known", HookDelivery, {"scheme": "trust"}),
    Rule(
        "hook_delivery_state_known",
        HookDelivery,
        {"state": "asleep"},
        also="hook_delivery_execution_if_launched",
    ),
    Rule("hook_delivery_execution_if_launched", HookDelivery, {"state": "refused"}),
    Rule("fire_state_known", Fire, {"state": "asleep"}),
    Rule("fire_covers_missed_only", Fire, {"covers": 2}),
    Rule("fire_covers_missed_only", Fire, {"covers": 0}),
    Rule("job_state_known", JobRun, {"state": "asleep"}),
    Rule("job_ended_has_ended_at", JobRun, {"state": "completed"}),
    Rule("job_ended_has_ended_at", JobRun, {"ended_at": "2026-11-23T00:00:00Z"}),
]
POSITIVE = constraints.positive_columns("scheduling")
ONCE = [
    (Once("job_due_once", JobRun, ("name", "due_at")), a_job_run),
    (Once("job_running_once", JobRun, ("name",)), a_running_job),
    (Once("", Hook, ("slug",)), a_hook),
    (Once("hook_delivery_message_once", HookDelivery, ("hook_id", "message_id")), a_delivery),
    (Once("hook_delivery_signed_body_once", HookDelivery, ("hook_id", "body_digest")), a_github_delivery),
    (Once("fire_due_once", Fire, ("schedule_id", "due_at", "node_id")), a_fire),
]


def test_every_constraint_is_covered() -> None:
    assert constraints.covered([*RULES, *(once for once, _ in ONCE)]) == constraints.declared("scheduling")


@pytest.mark.parametrize("rule", [*RULES, *POSITIVE], ids=str)
def test_refused_by_save(rule: Rule) -> None:
    constraints.require_refused_by_save(rule, MAKERS[rule.model])


@pytest.mark.parametrize("rule", [*RULES, *POSITIVE], ids=str)
def test_refused_by_sql(rule: Rule) -> None:
    constraints.require_refused_by_sql(rule, MAKERS[rule.model])


@pytest.mark.parametrize(("once", "make"), ONCE, ids=[str(once) for once, _ in ONCE])
def test_once_by_save(once: Once, make: Callable[[], Model]) -> None:
    constraints.require_once_by_save(once, make)


@pytest.mark.parametrize(("once", "make"), ONCE, ids=[str(once) for once, _ in ONCE])
def test_once_by_sql(once: Once, make: Callable[[], Model]) -> None:
    constraints.require_once_by_sql(once, make)


def test_no_schedule_without_its_agent() -> None:
    schedule = a_schedule()
    schedule.save()
    constraints.require_orphan_refused(schedule, {"agent_type": "nobody"})


def test_an_agent_takes_its_schedules_along() -> None:
    schedule = a_schedule()
    schedule.save()
    schedule.agent.delete()
    assert not Schedule.objects.exists()


@pytest.mark.parametrize("column", ["schedule_id", "execution_id"])
def test_no_fire_without_its_schedule_and_execution(column: str) -> None:
    fire = a_fire()
    fire.save()
    constraints.require_orphan_refused(fire, {column: 999_999})


def test_no_hook_without_its_agent() -> None:
    hook = a_hook()
    hook.save()
    constraints.require_orphan_refused(hook, {"agent_type": "nobody"})


@pytest.mark.parametrize("column", ["hook_id", "execution_id"])
def test_no_delivery_without_its_hook_and_execution(column: str) -> None:
    delivery = a_delivery()
    delivery.save()
    constraints.require_orphan_refused(delivery, {column: 999_999})
