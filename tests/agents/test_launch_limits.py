"""Every limit that may refuse a launch refuses it, says which it was, and leaves a record."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from agents.launching import LaunchRefused, launch_agent
from agents.models import LaunchRefusal
from executions.models import Execution, Status
from executions.services import claim_execution
from system import app_settings
from system.errors import Invalid, NotFound
from tests.agents.conftest import MakeAgent

pytestmark = pytest.mark.django_db


def finish(execution: Execution) -> None:
    lease = claim_execution(execution.pk, owner="w")
    assert lease is not None
    lease.tracker().complete()


def test_a_launch_writes_the_execution_its_first_event_and_the_message(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    execution, created = launch_agent("probe-run", actor="ada", metadata={"why": "test"})
    assert created
    assert execution.status == Status.PENDING
    assert execution.execution_context["actor"] == "ada"
    assert [event.seq for event in execution.events.all()] == [1]
    assert OrmQ.objects.count() == 1


def test_an_unknown_agent_is_named_with_the_known_ones(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    with pytest.raises(NotFound, match=r"no agent 'nope'; known are: probe-run"):
        launch_agent("nope")


def test_a_disabled_agent_is_refused(make_agent: MakeAgent) -> None:
    make_agent(["true"], enabled=False)
    with pytest.raises(LaunchRefused) as refused:
        launch_agent("probe-run", actor="ada")
    assert refused.value.limit == "enabled"
    record = LaunchRefusal.objects.get()
    assert (record.agent_type, record.limit, record.actor) == ("probe-run", "enabled", "ada")
    assert not Execution.objects.exists()
    assert not OrmQ.objects.exists()


def test_the_global_pause_refuses(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    app_settings.set_value("executions.paused", True)
    with pytest.raises(LaunchRefused, match=r"executions\.paused"):
        launch_agent("probe-run")


def test_concurrency_counts_what_waits_and_what_runs(make_agent: MakeAgent) -> None:
    make_agent(["true"], max_concurrent_executions=2)
    first, _ = launch_agent("probe-run")
    launch_agent("probe-run")
    with pytest.raises(LaunchRefused, match="2 of 2") as refused:
        launch_agent("probe-run")
    assert refused.value.limit == "concurrency"
    finish(first)
    launch_agent("probe-run")


def test_the_cooldown_is_counted_from_the_end_of_the_last_run(make_agent: MakeAgent) -> None:
    make_agent(["true"], cooldown_ms=60_000)
    execution, _ = launch_agent("probe-run")
    finish(execution)
    with pytest.raises(LaunchRefused, match=r"again in (59|60)") as refused:
        launch_agent("probe-run")
    assert refused.value.limit == "cooldown"
    Execution.objects.update(completed_at=timezone.now() - timedelta(seconds=61))
    launch_agent("probe-run")


def test_a_known_dedupe_key_passes_the_limits(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    first, _ = launch_agent("probe-run", dedupe_key="deploy-7")
    again, created = launch_agent("probe-run", dedupe_key="deploy-7")
    assert (again.pk, created) == (first.pk, False)
    assert OrmQ.objects.count() == 1


def test_overrides_that_do_not_hold_are_refused_with_their_path(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    with pytest.raises(Invalid) as invalid:
        launch_agent("probe-run", overrides={"analysis": {"max_tokens": 1}})
    assert invalid.value.field == "overrides.analysis.max_tokens"
    assert not Execution.objects.exists()


@pytest.mark.parametrize("key", ["steps", "thresholdz"])
def test_a_run_may_not_say_what_runs(make_agent: MakeAgent, key: str) -> None:
    """An operator launches; only an admin configures, so a launch must not bring steps of its own."""
    make_agent(["true"])
    steps = [{"name": "Own", "type": "command", "argv": ["id"]}]
    with pytest.raises(Invalid, match="what runs is the agent's own") as invalid:
        launch_agent("probe-run", overrides={key: steps})
    assert invalid.value.field == f"overrides.{key}"
    assert not Execution.objects.exists()


def test_secrets_in_metadata_are_not_kept(make_agent: MakeAgent) -> None:
    make_agent(["true"])
    execution, _ = launch_agent(
        "probe-run", metadata={"ghp_" + "a" * 36: {"url": "https://me:hunter22@host/"}}
    )
    assert "hunter22" not in str(execution.execution_context)
    assert "ghp_a" not in str(execution.execution_context)
