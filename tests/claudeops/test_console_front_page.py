"""What the console shows first: all of it in one request, however much there is."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from costs.models import Budget, DailyCost
from executions.models import DailyExecutions, ExecutionTotal
from scheduling.models import Schedule
from system.alerts import raise_alert, resolve_alert
from system.models import Node, Severity, SystemMetric
from system.roles import Role
from tests.console import EVIL, a_waiting_execution, an_agent, an_ended_execution, everything, signed_in

pytestmark = pytest.mark.django_db

MOST_QUERIES = 50  # of which the session, the user and their role are three
GROWING = ("costs_costrecord", "executions_executionevent", "scheduling_fire", "system_auditentry")


@pytest.fixture
def viewer() -> Client:
    return signed_in(Role.VIEWER)


def front(client: Client) -> str:
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_console_says_what_to_do_first(viewer: Client) -> None:
    page = front(viewer)
    for words in (
        "What to do first", "Start a worker", "Make an agent", "a schedule", "a budget",
        "No worker has been heard of", "Nothing runs or waits.", "Nothing has run yet",
        "Nothing has been spent in 30 days.", "Nothing is due: there is no schedule yet.",
    ):  # fmt: skip
        assert words in page, words
    agent = an_agent(name="Disk Space")
    assert f'href="/agents/agentconfiguration/{agent.pk}/change/">Disk Space</a>' in front(viewer)
    an_ended_execution()
    assert "An agent has run" in front(viewer)
    Schedule.objects.create(name="nightly", agent=agent, cron_expression="0 3 * * *")
    assert "What to do first" not in front(viewer)


def test_it_shows_what_is_and_leads_to_where_one_acts(viewer: Client) -> None:
    things = everything()
    node = Node.objects.get(name="localhost")
    page = front(viewer)
    for words in (
        "12.5 %", "at work", "Disk-Space", "It rests.", "cooldown", "of $10.00",
        str(things.ended.uid), str(things.failed.uid), str(things.waiting.uid),
    ):  # fmt: skip
        assert words in page, words
    for link in (
        f'href="/executions/execution/{things.failed.uid}/change/"', 'href="/costs/overview/"',
        f'href="/agents/agentconfiguration/{things.agent.pk}/change/"',
        f'href="/system/node/{node.pk}/change/"', "?status__exact=failed",
        "/costs/dailycost/?agent_type=",
    ):  # fmt: skip
        assert link in page, link
    for raw in ("<img src=x", "<script>document"):
        assert raw not in page


def test_only_operators_are_offered_to_cancel(viewer: Client) -> None:
    waiting = a_waiting_execution()
    cancel = f'action="/executions/execution/{waiting.uid}/cancel/"'
    assert cancel not in front(viewer)
    assert cancel in front(signed_in(Role.OPERATOR))


def test_an_alert_is_shown_while_it_is_open(viewer: Client) -> None:
    raise_alert(
        kind="node-silent",
        key="attic",
        severity=Severity.WARNING,
        title="attic is silent",
        subject="node:attic",
    )
    assert "attic is silent" in front(viewer)
    resolve_alert("node:attic", title="attic is back")
    assert "attic is silent" not in front(viewer)


def test_what_is_due_next_comes_in_order_and_without_what_is_off(viewer: Client) -> None:
    agent, off = an_agent(), an_agent("off", enabled=False)
    soon = timezone.now() + timedelta(minutes=5)
    for name, more in (
        ("later", {"agent": agent, "next_run": soon + timedelta(hours=1)}),
        ("sooner", {"agent": agent, "next_run": soon}),
        ("paused", {"agent": agent, "next_run": soon, "enabled": False}),
        ("without its agent", {"agent": off, "next_run": soon}),
    ):
        Schedule.objects.create(name=name, cron_expression="* * * * *", next_due=more["next_run"], **more)
    page = front(viewer)
    assert page.index(">sooner</a>") < page.index(">later</a>")
    assert ">paused<" not in page
    assert "without its agent" not in page


def test_it_asks_as_often_with_much_as_with_more(viewer: Client) -> None:
    an_agent()
    much(range(13))
    few = asked_for(viewer)
    much(range(13, 20))
    many = asked_for(viewer)
    assert len(many) == len(few), "each thing more must not cost a query more"
    assert len(many) <= MOST_QUERIES
    assert front(viewer).count("data-strip") == 12, "of so many agents some are shown, and not all"


def asked_for(client: Client) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        front(client)
    return [query["sql"] for query in queries]


def much(numbers: Iterable[int]) -> None:
    """Of each an agent with runs, sums, a schedule, a budget and an alert, and a node with samples."""
    today, now = timezone.localdate(), timezone.now()
    for number in numbers:
        name = f"agent-{number}"
        an_agent(name)
        due = {"next_due": now, "next_run": now}
        Schedule.objects.create(name=name, agent_id=name, cron_expression="*/5 * * * *", **due)
        Budget.objects.create(name=name, amount_usd="1", scope="agent", scope_value=name)
        for _ in range(2):
            an_ended_execution(name, lines=1)
        a_waiting_execution("disk-space")
        raise_alert(kind="budget", key=name, severity=Severity.INFO, title=name, subject=name)
        keys = [
            {"day": today - timedelta(days=day), "agent_type": name, "node_id": "n"} for day in range(1, 40)
        ]
        DailyCost.objects.bulk_create(DailyCost(**key, model_used="m", cost_usd="0.5") for key in keys)
        DailyExecutions.objects.bulk_create(
            DailyExecutions(**key, status="failed", executions=2) for key in keys
        )
        Node.objects.create(name=name, worker_seen_at=now)
        SystemMetric.objects.bulk_create(
            SystemMetric(node_id=name, cpu_usage_percent=20, timestamp=now - timedelta(minutes=minute))
            for minute in range(0, 1440, 30)
        )


def test_no_chart_reads_a_table_that_grows(viewer: Client) -> None:
    everything()
    asked = asked_for(viewer)
    for table in GROWING:
        assert not any(f'"{table}"' in sql for sql in asked), table
    # A budget in runs counts those of its window, by their dates; so does every launch.
    runs = [sql for sql in asked if 'FROM "executions_execution"' in sql and '"costs_budget"' not in sql]
    assert runs
    for sql in runs:
        assert any(bound in sql for bound in ("LIMIT", "IN ('pending', 'running')", '"id" >= ')), sql


def test_an_agent_fails_or_does_well_by_its_last_sixty_runs(viewer: Client) -> None:
    an_agent()
    for _ in range(3):
        an_ended_execution(lines=1)
    page = front(viewer)
    assert page.count('class="cell cell-completed"') == 3
    assert "100 %" in page
    assert ExecutionTotal.objects.get().executions == 3


def test_nothing_of_it_is_more_than_text(viewer: Client) -> None:
    an_agent(name=EVIL[:100])
    an_ended_execution()
    a_waiting_execution()
    page = front(viewer)
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page
