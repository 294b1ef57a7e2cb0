"""What a deleted agent leaves behind is found, locked and resolved on SQLite and on PostgreSQL."""

from django.utils import timezone

from agents.editing import create_agent, delete_agent
from agents.findings.known import known_findings
from agents.findings.leaving import AGENT_GONE, AGENT_WAIT, NODE_GONE
from agents.models import Finding
from agents.outcomes import follow_outcomes
from agents.retention import keep_findings
from system.models import Alert, Node
from system.redaction import default_redactor
from tests.agents.finding_runs import found, run
from tests.executions.past import last_line
from tests.faults.home import Home

CONFIG = {"steps": [{"name": "Look", "type": "analysis"}]}


def test_resolved_with_the_reason(any_home: Home) -> None:
    follow_outcomes()
    Node.objects.get_or_create(name="nas")
    for agent in ("disk", "fan"):
        create_agent({"agent_type": agent, "name": agent, "config": CONFIG})
    run(found("Full", "critical"), agent="disk")
    run("Loud", agent="fan", node="pump-house")
    assert [each.title for each in known_findings("disk", "nas", default_redactor())] == ["Full"]
    delete_agent("disk")
    assert "Resolved 1" in last_line(keep_findings(timezone.now() + 2 * AGENT_WAIT))
    assert "Resolved 1" in last_line(keep_findings(timezone.now() + 300 * AGENT_WAIT))
    assert dict(Finding.objects.values_list("title", "state_why")) == {"Full": AGENT_GONE, "Loud": NODE_GONE}
    assert not Alert.objects.filter(kind="critical-finding", resolved_at=None).exists()
