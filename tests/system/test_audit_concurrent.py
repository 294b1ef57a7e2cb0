"""Launches and changes at once: one chain, and nobody waits for somebody who waits for them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from agents.editing import change_agent
from agents.launching import launch_agent
from agents.models import AgentConfiguration
from executions.services import cancel_execution
from system.audit_verification import verify_audit
from system.models import AuditEntry
from tests.faults.home import Home

ROUNDS = 12


def launch_and_cancel(agent: str) -> None:
    for _ in range(ROUNDS):
        execution, _ = launch_agent(agent, actor="ann")
        cancel_execution(execution.pk, by="ann")


def change(agent: str) -> None:
    for number in range(ROUNDS):
        change_agent(agent, {"cooldown_ms": 0, "description": f"{threading.get_ident()} {number}"})


def test_launches_changes_and_cancels_at_once(any_home: Home) -> None:
    agent = any_home.agent("busy", "true")

    def in_thread(work: Callable[[str], None]) -> None:
        try:
            work(agent)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(in_thread, work) for work in (launch_and_cancel, change) * 2]:
            done.result()
    assert AgentConfiguration.objects.filter(agent_type=agent).exists()
    verdict = verify_audit()
    assert verdict.problems == []
    for action, count in (("execution.launch", 2), ("execution.cancel", 2), ("agent.change", 2)):
        assert AuditEntry.objects.filter(action=action).count() == count * ROUNDS
