"""Schedules for tests. They begin in 2040, so that what they have due does not depend on today."""

from datetime import UTC, datetime
from typing import Any

from agents.models import AgentConfiguration
from scheduling.editing import create_schedule
from scheduling.models import Schedule
from tests.console import CONFIG

START = datetime(2040, 1, 1, tzinfo=UTC)  # a Sunday


def an_agent(agent_type: str = "disk-space", **more: Any) -> AgentConfiguration:
    fields = {"name": agent_type.title(), "config": CONFIG, **more}
    return AgentConfiguration.objects.get_or_create(agent_type=agent_type, defaults=fields)[0]


def fields_of_one(**more: Any) -> dict[str, Any]:
    return {
        "name": "Nightly",
        "agent_type": "disk-space",
        "cron_expression": "0 3 * * *",
        "starts_at": START,
        **more,
    }


def a_schedule(**more: Any) -> Schedule:
    an_agent()
    return create_schedule(fields_of_one(**more), by="owner")


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """Of January 2040."""
    return datetime(2040, 1, day, hour, minute, second, tzinfo=UTC)
