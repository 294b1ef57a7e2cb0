"""Saves at the same moment: numbered without gaps, none lost, and who saw an older version is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from agents.documents import ordered_settings, settings_of
from agents.editing import ChangedMeanwhile, change_agent
from agents.models import AgentConfiguration, AgentVersion
from tests.faults.home import Home

WRITERS, ROUNDS = 4, 6


def save(agent: str, writer: int) -> int:
    """Without a look at what others do."""
    for number in range(ROUNDS):
        change_agent(agent, {"description": f"{writer} {number}"}, comment=f"{writer} {number}")
    return ROUNDS


def save_what_was_seen(agent: str, writer: int) -> int:
    """How many of its saves were refused; each was then made upon what had been saved meanwhile."""
    refused = 0
    for number in range(ROUNDS):
        while True:
            seen = AgentConfiguration.objects.get(agent_type=agent)
            text = f"{seen.description}\n{writer} {number}"
            try:
                change_agent(agent, {"description": text}, seen=seen.revision)
                break
            except ChangedMeanwhile:
                refused += 1
    return refused


def at_once(work: Callable[[str, int], int], agent: str) -> int:
    def in_thread(writer: int) -> int:
        try:
            return work(agent, writer)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as threads:
        return sum(threads.map(in_thread, range(WRITERS)))


def test_every_save_is_a_version_of_its_own(any_home: Home) -> None:
    agent = any_home.agent("busy", "true")
    at_once(save, agent)
    versions = AgentVersion.objects.filter(agent_type=agent).order_by("number")
    # One more: what the test's own agent was before, which was made past the services.
    assert [each.number for each in versions] == list(range(1, WRITERS * ROUNDS + 2))
    assert {each.comment for each in versions[1:]} == {
        f"{writer} {number}" for writer in range(WRITERS) for number in range(ROUNDS)
    }
    now = AgentConfiguration.objects.get(agent_type=agent)
    newest = versions.last()
    assert newest is not None
    assert (now.revision, settings_of(now)) == (newest.number, ordered_settings(newest.settings))


def test_nobody_saves_over_what_they_have_not_seen(any_home: Home) -> None:
    agent = any_home.agent("busy", "true")
    change_agent(agent, {"description": "begun"})
    at_once(save_what_was_seen, agent)
    now = AgentConfiguration.objects.get(agent_type=agent)
    lines = now.description.splitlines()
    assert len(lines) == len(set(lines)) == WRITERS * ROUNDS + 1
    assert now.revision == WRITERS * ROUNDS + 2
