"""Busy, paused or over budget: a message waits, and is not lost. Only so many may."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import Settings

from agents.holds import release_held
from agents.models import AgentConfiguration, Hold
from executions.models import Execution
from executions.services import claim_execution
from scheduling.models import Hook, HookDelivery
from system import app_settings
from system.counters import counted
from system.models import Alert
from tests.costs.budgeting import a_budget
from tests.scheduling.hooks import a_hook, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def hook() -> Hook:
    """Of an agent that may run once at a time."""
    return a_hook(agent={"max_concurrent_executions": 1})


def test_while_it_runs_the_next_ones_wait_their_turn(hook: Hook) -> None:
    first, second, third = (send(hook, message_id=str(number)) for number in range(3))
    assert {response.status_code for response in (first, second, third)} == {202}
    assert first.json()["reason"] == ""
    assert second.json()["reason"].startswith("It waits: alerts-agent has 1 of 1")
    assert second.json()["url"]
    assert OrmQ.objects.count() == 1
    running = Execution.objects.get(uid=first.json()["execution_id"])
    lease = claim_execution(running.pk, owner="w")
    assert lease is not None
    lease.tracker().complete()
    assert release_held() == 1
    assert not Hold.objects.filter(execution__uid=second.json()["execution_id"]).exists()
    assert Hold.objects.filter(execution__uid=third.json()["execution_id"]).exists()


def test_paused_launches_wait(hook: Hook) -> None:
    app_settings.set_value("executions.paused", True)
    response = send(hook)
    assert response.status_code == 202
    assert "executions.paused" in response.json()["reason"]
    app_settings.set_value("executions.paused", False)
    assert release_held() == 1
    assert OrmQ.objects.count() == 1


def test_over_budget_waits() -> None:
    hook = a_hook()
    a_budget("one", max_runs=1, period="day")
    assert send(hook, message_id="1").json()["reason"] == ""
    response = send(hook, message_id="2")
    assert response.status_code == 202
    assert "The budget one" in response.json()["reason"]


def test_cooldown_waits(hook: Hook) -> None:
    AgentConfiguration.objects.update(cooldown_ms=3_600_000)
    first = Execution.objects.get(uid=send(hook, message_id="1").json()["execution_id"])
    lease = claim_execution(first.pk, owner="w")
    assert lease is not None
    lease.tracker().complete()
    assert "cooldown_ms" in send(hook, message_id="2").json()["reason"]


def test_what_waits_is_bounded_and_the_sender_keeps_the_rest(hook: Hook, settings: Settings) -> None:
    settings.HOOK_MAX_HELD = 2
    answers = [send(hook, message_id=str(number)) for number in range(4)]
    assert [response.status_code for response in answers] == [202, 202, 202, 503]
    assert answers[3].headers["Retry-After"] == "60"
    assert Execution.objects.count() == HookDelivery.objects.count() == 3
    assert (("alerts", "full"), 1) in counted("webhooks")
    assert Alert.objects.get(kind="webhook-refused").resolved_at is None
    again = send(hook, message_id="2")  # what was taken is known, however full it is
    assert (again.status_code, again.json()["repeated"]) == (202, True)
    Hold.objects.all().delete()
    assert send(hook, message_id="3").status_code == 202
    assert Alert.objects.get(kind="webhook-refused").resolved_at is not None
    assert Alert.objects.filter(kind="recovered").count() == 1


def test_so_many_a_minute() -> None:
    hook = a_hook(max_per_minute=2, filters=["alert present"])
    send(hook, {"filtered": 1}, message_id="0")
    answers = [send(hook, message_id=str(number)) for number in range(1, 4)]
    assert [response.status_code for response in answers] == [202, 202, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    HookDelivery.objects.filter(message_id="1").update(received_at=timezone.now() - timedelta(seconds=61))
    assert send(hook, message_id="3").status_code == 202
