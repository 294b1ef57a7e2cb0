"""Each lease that ran out is counted, and none that was given up or is alive."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agents.reconciler import reconcile, settle_node
from executions.models import Execution
from executions.services import claim_execution, create_execution
from system.counters import counted

pytestmark = pytest.mark.django_db


def a_run(owner: str) -> Execution:
    execution, _ = create_execution(agent_type="backup", node_id="n1")
    assert claim_execution(execution.pk, owner=owner) is not None
    return execution


def test_they_are_counted_once_each() -> None:
    lost = [a_run("dead").pk for _ in range(2)]
    a_run("alive")
    Execution.objects.filter(pk__in=lost).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert [reconcile("n1"), reconcile("n1")] == [2, 0]
    assert counted("lease_expiries") == [(("",), 2)]


def test_one_whose_worker_is_known_to_be_dead_had_not_run_out() -> None:
    a_run("n1:host:1")
    assert settle_node("n1:", "Its worker was killed.") == 1
    assert counted("lease_expiries") == []
