"""Claims, leases, and what becomes of a run whose worker is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from executions.errors import ExecutionEnded, LeaseLost
from executions.models import Execution, Status
from executions.services import (
    CancelOutcome,
    Lease,
    Verdict,
    cancel_execution,
    claim_execution,
    create_execution,
    give_up_lease,
    renew_lease,
    start_remote_execution,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def execution() -> Execution:
    return create_execution(agent_type="nightly", node_id="n1")[0]


def claimed(execution: Execution) -> Lease:
    lease = claim_execution(execution.pk, owner="worker-1")
    assert lease is not None
    return lease


def test_the_second_claim_finds_nothing(execution: Execution) -> None:
    claimed(execution)
    assert claim_execution(execution.pk, owner="worker-2") is None
    execution.refresh_from_db()
    assert (execution.attempt, execution.lease_owner) == (1, "worker-1")


def test_a_lease_can_be_renewed_by_its_holder_only(execution: Execution) -> None:
    lease = claimed(execution)
    assert renew_lease(lease)
    give_up_lease(execution.pk, lease_token=lease.token, why="Lost.")
    assert not renew_lease(lease)


def test_a_run_that_changed_nothing_is_queued_again(execution: Execution) -> None:
    lease = claimed(execution)
    lease.tracker().add_step("Look")
    lease.tracker().start_step(1)
    assert give_up_lease(execution.pk, lease_token=lease.token, why="Lost.") == Verdict.REQUEUED
    execution.refresh_from_db()
    assert (execution.status, execution.lease_token) == (Status.PENDING, None)
    claimed(execution)
    execution.refresh_from_db()
    assert execution.attempt == 2
    assert execution.steps.count() == 0


def test_the_old_holder_is_refused_after_the_requeue(execution: Execution) -> None:
    old = claimed(execution)
    give_up_lease(execution.pk, lease_token=old.token, why="Lost.")
    claimed(execution)
    with pytest.raises(LeaseLost):
        old.tracker().complete()


def test_a_run_that_may_have_changed_something_fails_and_says_so(execution: Execution) -> None:
    lease = claimed(execution)
    lease.tracker().add_step("Prune images")
    lease.tracker().start_step(1, has_effect=True)
    assert give_up_lease(execution.pk, lease_token=lease.token, why="Lost.") == Verdict.ENDED
    execution.refresh_from_db()
    assert execution.status == Status.FAILED
    assert "step 1 had begun, which may have changed something" in execution.error_message


def test_it_is_given_up_at_the_limit_of_attempts(execution: Execution, settings: object) -> None:
    settings.MAX_ATTEMPTS = 2  # type: ignore[attr-defined]
    for verdict in (Verdict.REQUEUED, Verdict.ENDED):
        lease = claimed(execution)
        assert give_up_lease(execution.pk, lease_token=lease.token, why="Lost.") == verdict
    execution.refresh_from_db()
    assert "Given up after 2 attempts" in execution.error_message


def test_a_lost_run_that_was_to_be_cancelled_is_cancelled(execution: Execution) -> None:
    lease = claimed(execution)
    assert cancel_execution(execution.pk, by="ada") == CancelOutcome.REQUESTED
    give_up_lease(execution.pk, lease_token=lease.token, why="Lost.")
    execution.refresh_from_db()
    assert execution.status == Status.CANCELLED


def test_a_lease_renewed_in_time_is_not_lost(execution: Execution) -> None:
    lease = claimed(execution)
    verdict = give_up_lease(
        execution.pk, lease_token=lease.token, why="Late.", expired_at=timezone.now() - timedelta(seconds=1)
    )
    assert verdict == Verdict.ALIVE


def test_what_waits_is_cancelled_at_once(execution: Execution) -> None:
    assert cancel_execution(execution.pk, by="ada") == CancelOutcome.CANCELLED
    assert claim_execution(execution.pk, owner="w") is None


def test_what_has_ended_cannot_be_cancelled(execution: Execution) -> None:
    claimed(execution).tracker().complete()
    with pytest.raises(ExecutionEnded):
        cancel_execution(execution.pk, by="ada")
    execution.refresh_from_db()
    assert execution.status == Status.COMPLETED


def test_a_dedupe_key_gives_the_known_execution() -> None:
    first, created = create_execution(agent_type="a", node_id="n", dedupe_key="k")
    second, created_again = create_execution(agent_type="a", node_id="n", dedupe_key="k")
    assert (created, created_again) == (True, False)
    assert first.pk == second.pk
    third, _ = start_remote_execution(agent_type="a", node_id="n", dedupe_key="k")
    assert third.pk == first.pk


def test_a_silent_remote_agent_fails(settings: object) -> None:
    execution, _ = start_remote_execution(agent_type="a", node_id="n")
    assert give_up_lease(execution.pk, lease_token=None, why="Silent.") == Verdict.ENDED
    execution.refresh_from_db()
    assert execution.status == Status.FAILED
