"""Findings and alerts of agents and nodes that are gone are resolved by the job, which says why."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents.editing import create_agent, delete_agent
from agents.findings.leaving import AGENT_GONE, AGENT_WAIT, NODE_GONE
from agents.models import Finding
from agents.outcomes import follow_outcomes
from agents.retention import keep_findings
from system.models import Alert, AuditEntry, Node
from tests.agents.finding_runs import found, run, the_finding
from tests.executions.past import last_line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _from_now_on(db: None) -> None:
    follow_outcomes()
    Node.objects.create(name="nas")
    fields = {
        "agent_type": "disk",
        "name": "Disk",
        "config": {"steps": [{"name": "Look", "type": "analysis"}]},
    }
    create_agent(fields)


def keep(*, after: timedelta = 2 * AGENT_WAIT) -> datetime:
    now = timezone.now() + after
    assert last_line(keep_findings(now)).startswith("Deleted 0 findings: ")
    return now


def state(title: str) -> tuple[str, str, str]:
    row = the_finding(title)
    return row.state, row.state_why, row.state_by


def test_of_an_agent_that_was_deleted(admin_client: Client) -> None:
    run(found("Full", "critical"), "Fan")
    keep()
    assert state("Full") == ("open", "", "")
    delete_agent("disk")
    now = keep()
    assert state("Full") == state("Fan") == ("resolved", AGENT_GONE, "")
    assert the_finding("Full").state_since == now
    assert not Alert.objects.filter(kind="critical-finding", resolved_at=None).exists()
    entries = AuditEntry.objects.filter(action="finding.resolve")
    assert entries.count() == 2
    assert AGENT_GONE in entries[0].changes
    page = admin_client.get(reverse("admin:agents_finding_change", args=[the_finding("Fan").pk]))
    assert AGENT_GONE in page.content.decode()


def test_an_agent_that_was_just_deleted_still_has_its_last_run_followed() -> None:
    run("Fan")
    delete_agent("disk")
    keep(after=timedelta())
    assert state("Fan") == ("open", "", "")


def test_what_comes_back_says_no_more_why_it_went() -> None:
    run("Fan")
    delete_agent("disk")
    keep()
    Finding.objects.update(state_since=timezone.now() - timedelta(days=1))
    run("Fan")
    assert state("Fan") == ("open", "", "")


def test_of_a_node_that_was_removed_once_nobody_finds_it_any_more() -> None:
    run("Fan")
    run("Pump", node="pump-house")
    keep(after=timedelta(days=7))
    assert state("Pump") == ("open", "", "")
    keep(after=timedelta(days=9))
    assert state("Pump") == ("resolved", NODE_GONE, "")
    assert state("Fan") == ("open", "", "")


def test_what_agents_elsewhere_report_is_theirs_to_end() -> None:
    run("Sync is late", agent="nightly-sync", node="vps")
    keep(after=timedelta(days=90))
    assert state("Sync") == ("open", "", "")
