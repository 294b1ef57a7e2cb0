"""What /metrics tells is what happened, and no query walks through the history for it."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from django_q.models import OrmQ

from agents.models import Hold
from costs.price_book import ensure_prices
from executions.durations import observe_duration
from executions.services import claim_execution, create_execution
from scheduling.models import JobRun
from system.alerts import raise_alert
from system.counters import count
from system.models import Backup, Node, Notification, Severity, SystemMetric
from tests.claudeops.scraping import Scraper
from tests.console import an_agent, an_ended_execution
from tests.system.telling import a_webhook, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def scraper() -> Scraper:
    return Scraper()


def test_executions_by_agent_and_status(scraper: Scraper) -> None:
    an_ended_execution()
    an_ended_execution()
    an_agent("mail")
    waiting, _ = create_execution(agent_type="disk-space", node_id="attic")
    running, _ = create_execution(agent_type="mail", node_id="attic")
    claim_execution(running.pk, owner="attic:1")
    held, _ = create_execution(agent_type="disk-space", node_id="attic")
    type(held).objects.filter(pk=held.pk).update(queued_at=None)
    Hold.objects.create(execution=held, agent_type="disk-space", limit="paused", detail="Paused.")
    since = timezone.now() - timedelta(seconds=90)
    type(held).objects.filter(pk=waiting.pk).update(queued_at=since)
    found = scraper.read()
    assert found["executions_total"] == {("disk-space", "completed"): 2}
    assert found["executions_active"] == {
        ("disk-space", "held"): 1,
        ("disk-space", "pending"): 1,
        ("mail", "running"): 1,
    }
    assert 90 <= found["executions_oldest_pending_age_seconds"][()] < 120


def test_durations_are_a_histogram(scraper: Scraper) -> None:
    for took in (50, 700, 700, 90_000_000):
        observe_duration("disk-space", "completed", took)
    found = scraper.read()
    buckets = {
        bound: number
        for (_, bound, _), number in found["execution_duration_seconds_bucket"].items()
    }  # fmt: skip
    assert [buckets[bound] for bound in ("0.1", "0.5", "1.0", "21600.0", "+Inf")] == [1, 1, 3, 3, 4]
    assert found["execution_duration_seconds_count"] == {("disk-space", "completed"): 4}
    assert found["execution_duration_seconds_sum"][("disk-space", "completed")] == pytest.approx(90_001.45)


def test_money_and_tokens(scraper: Scraper) -> None:
    ensure_prices()
    an_ended_execution()
    found = scraper.read()
    ((labels, cost),) = [item for item in found["cost_usd_total"].items() if "haiku" in item[0][1]]
    assert labels == ("disk-space", "claude-haiku-5-5")
    assert cost > 0
    assert found["tokens_total"][("disk-space", "input", "claude-haiku-5-5")] == 12_000
    assert found["model_requests_total"][("disk-space", "claude-haiku-5-5")] == 1
    assert found["unpriced_requests"] == {(): 1}


def test_the_queue(scraper: Scraper) -> None:
    now = timezone.now()
    OrmQ.objects.create(key="attic", payload="x", lock=now - timedelta(seconds=30))
    OrmQ.objects.create(key="attic", payload="x", lock=now - timedelta(seconds=10))
    OrmQ.objects.create(key="attic", payload="taken", lock=now + timedelta(hours=6))
    found = scraper.read()
    assert found["queue_messages"] == {("attic",): 2}
    assert 30 <= found["queue_oldest_message_age_seconds"][("attic",)] < 60


def test_what_was_counted(scraper: Scraper) -> None:
    an_agent("disk-space")
    count("lease_expiries", by=3)
    count("fires_launched", "disk-space", by=7)
    count("fires_late", "disk-space")
    count("fires_missed", "disk-space", by=2)
    count("fires_skipped", "disk-space", "overlap")
    count("webhooks", "alerts", "launched", by=4)
    count("notifications", "delivered", by=5)
    count("backups", "completed", by=6)
    found = scraper.read()
    assert found["lease_expiries_total"] == {(): 3}
    assert found["fires_launched_total"] == {("disk-space",): 7}
    assert found["fires_late_total"] == {("disk-space",): 1}
    assert found["fires_missed_total"] == {("disk-space",): 2}
    assert found["fires_skipped_total"] == {("disk-space", "overlap"): 1}
    assert found["webhooks_total"] == {("alerts", "launched"): 4}
    assert found["notifications_total"] == {("delivered",): 5}
    assert found["backups_total"] == {("completed",): 6}


def test_alerts_and_notifications_that_are_open(scraper: Scraper) -> None:
    raise_alert(kind="x", key="x", severity=Severity.CRITICAL, title="The disk is full", subject="disk")
    target = a_webhook()
    for state in ("waiting", "dead", "dead"):
        Notification.objects.create(target=target, alert=say("The disk is full"), state=state)
    found = scraper.read()
    assert found["alerts_open"] == {("info",): 0, ("warning",): 0, ("critical",): 1}
    assert found["notifications_open"] == {("waiting",): 1, ("sending",): 0, ("dead",): 2}


def test_jobs_and_backups(scraper: Scraper) -> None:
    now = timezone.now()
    for hours, state in ((30, "completed"), (6, "completed"), (3, "failed")):
        ended = now - timedelta(hours=hours)
        JobRun.objects.create(name="daily-backup", due_at=ended, state=state, ended_at=ended)
    JobRun.objects.create(name="of-yesterday", due_at=now, state="completed", ended_at=now)
    began = now - timedelta(hours=6)
    Backup.objects.create(
        name="a", state="completed", node_id="attic", size_bytes=4711, sha256="x", started_at=began,
        ended_at=began,
    )  # fmt: skip
    found = scraper.read()
    six, three = ((now - timedelta(hours=hours)).timestamp() for hours in (6, 3))
    assert found["job_last_success_timestamp_seconds"] == {("daily-backup",): pytest.approx(six)}
    assert found["job_last_failure_timestamp_seconds"] == {("daily-backup",): pytest.approx(three)}
    assert found["job_running"][("daily-backup",)] == 0
    assert found["backup_last_success_timestamp_seconds"] == {(): pytest.approx(six)}
    assert found["backup_age_seconds"][()] == pytest.approx(6 * 3600, abs=60)
    assert found["backup_size_bytes"] == {(): 4711}


def test_hosts_and_this_process(scraper: Scraper) -> None:
    now = timezone.now()
    for name, age in (("attic", 5), ("cellar", 3600)):
        seen = now - timedelta(seconds=age)
        Node.objects.create(name=name, workers=2, worker_seen_at=seen, clock_seen_at=seen)
        for percent in (10, 97.5):
            SystemMetric.objects.create(
                node_id=name, cpu_usage_percent=percent, disk_free_bytes=1000, overall_health="critical",
                timestamp=now - timedelta(seconds=100 - percent),
            )  # fmt: skip
    SystemMetric.objects.create(node_id="gone", cpu_usage_percent=1)
    found = scraper.read()
    assert found["node_up"] == {("attic",): 1, ("cellar",): 0}
    assert found["node_workers"] == {("attic",): 2, ("cellar",): 2}
    assert found["clock_age_seconds"][("cellar",)] >= 3600
    assert found["host_cpu_usage_ratio"] == {("attic",): 0.975, ("cellar",): 0.975}
    assert found["host_health"][("attic",)] == 2
    assert "host_memory_usage_ratio" not in found
    assert found["sockets"] == {(): 0}  # of the test; tests/live opens some
    ((labels, one),) = found["build_info"].items()
    assert one == 1
    assert settings.VERSION in labels


def test_both_forms_say_the_same(scraper: Scraper) -> None:
    an_ended_execution()
    observe_duration("disk-space", "completed", 700)
    plain, opened = scraper.read(), scraper.read_openmetrics()
    assert {name: set(samples) for name, samples in plain.items()} == {
        name: set(samples) for name, samples in opened.items()
    }
    assert plain["executions_total"] == opened["executions_total"]


def test_it_takes_a_few_queries_whatever_there_is(
    scraper: Scraper, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(QUERIES):
        scraper.text()
    for number in range(3):
        an_agent(f"agent-{number}")
        an_ended_execution(f"agent-{number}")
        Node.objects.create(name=f"node-{number}")
        SystemMetric.objects.create(node_id=f"node-{number}")
    with django_assert_max_num_queries(QUERIES):
        scraper.text()


QUERIES = 20  # three of them for the session, its user and their role
