"""The front page is rendered once for all who look, and again as soon as anything in it has changed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from agents.findings.deciding import Verdict, decide
from agents.models import AgentConfiguration, Finding, LaunchRefusal
from claudeops.front_page.keeping import sections_at
from claudeops.pulse.reading import look
from costs.models import Budget
from executions.models import Execution
from executions.services import claim_execution
from scheduling.models import Schedule
from system.alerts import raise_alert, resolve_alert
from system.models import Alert, Node, Severity, SystemMetric
from tests.console import a_finding, a_waiting_execution, an_agent, an_ended_execution

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(settings: Any) -> None:
    settings.FRONT_PAGE_SECONDS = 60


def test_what_has_not_changed_is_the_same_text(django_assert_num_queries: Any) -> None:
    an_ended_execution()
    first = sections_at(look())
    seen = look()
    with django_assert_num_queries(0):
        assert sections_at(seen) is first


def test_it_is_rendered_again_after_a_while(settings: Any) -> None:
    first = sections_at(look())
    settings.FRONT_PAGE_SECONDS = 0
    assert sections_at(look()) is not first


def claim() -> None:
    claim_execution(Execution.objects.get(status="pending").pk, owner="n/1")


def say() -> None:
    raise_alert(kind="k", key="open", severity=Severity.INFO, title="t", subject="s")


# Everything that changes what is shown, each in the way in which it is written.
CHANGES: list[Callable[[], object]] = [
    a_waiting_execution,
    claim,
    an_ended_execution,
    say,
    lambda: resolve_alert("s", title="over"),
    lambda: Node.objects.create(name="attic", worker_seen_at=timezone.now()),
    lambda: Node.objects.update(worker_seen_at=timezone.now() - timedelta(hours=1)),
    lambda: SystemMetric.objects.create(cpu_usage_percent=5),
    lambda: LaunchRefusal.objects.create(agent_type="a", limit="l", detail="d", triggered_by="manual"),
    lambda: AgentConfiguration.objects.filter(agent_type="disk-space").update(name="another"),
    lambda: Schedule.objects.create(name="s", agent_id="disk-space", cron_expression="* * * * *"),
    lambda: Schedule.objects.update(next_due=timezone.now(), next_run=timezone.now()),
    lambda: Budget.objects.create(name="b", amount_usd="1"),
    lambda: Budget.objects.update(amount_usd="2"),
    lambda: OrmQ.objects.create(key="k", payload="p"),
    lambda: Alert.objects.create(kind="k", key="once", severity=Severity.INFO, title="t"),
    lambda: a_finding(Execution.objects.filter(status="completed")[0]),
    lambda: decide(Finding.objects.get().pk, Verdict.ACKNOWLEDGE, by="ann"),
]


def test_each_change_is_a_change_of_the_stamp() -> None:
    an_agent()
    for change in CHANGES:
        before = look().stamp
        change()
        assert look().stamp != before, change


def test_who_opens_the_page_may_see_the_last_second_and_the_pulse_never_does() -> None:
    first = sections_at(look())
    say()
    assert sections_at(look(), or_within=60) is first
    assert sections_at(look()) is not first
