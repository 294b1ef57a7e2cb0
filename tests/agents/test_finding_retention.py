import pytest
from django.utils import timezone

from agents.models import Finding
from agents.retention import keep_findings
from tests.console import a_finding, an_ended_execution
from tests.executions.past import days_ago, last_line

pytestmark = pytest.mark.django_db


def test_what_was_resolved_long_ago_goes_and_what_is_there_stays() -> None:
    execution = an_ended_execution()
    for days, state in ((366, "resolved"), (364, "resolved"), (900, "open"), (900, "acknowledged")):
        a_finding(execution, state=state, state_since=days_ago(days))
    assert last_line(keep_findings(timezone.now())).startswith("Deleted 1 findings: ")
    assert sorted(Finding.objects.values_list("state", flat=True)) == ["acknowledged", "open", "resolved"]
