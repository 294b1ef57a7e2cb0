"""What a schedule must be like, said before it is stored; the form, the API and the command line ask here."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from scheduling.agent_checks import agent_problems
from scheduling.cron_fields import read_fields
from scheduling.models import Schedule
from scheduling.models.schedules import LONGEST_JITTER_SECONDS, MOST_CAUGHT_UP, MissedPolicy, OverlapPolicy
from scheduling.planning import next_due_after
from scheduling.zones import find_zone
from system.errors import Invalid
from system.models import Node

MOST_EXECUTIONS = 2**31 - 1  # what the column holds
MOST_NODES = 100
LONGEST_NAME = 200
LONGEST_REASON = 500

Problems = Iterator[tuple[str, str]]


def normalise_schedule(schedule: Schedule) -> None:
    """One space between fields, macros in small letters, each node once."""
    schedule.name = schedule.name.strip()
    schedule.timezone = schedule.timezone.strip()
    words = " ".join(schedule.cron_expression.split())
    schedule.cron_expression = words.lower() if words.startswith("@") else words
    if isinstance(schedule.node_ids, list) and all(isinstance(node, str) for node in schedule.node_ids):
        schedule.node_ids = list(dict.fromkeys(node.strip() for node in schedule.node_ids))


def problems_of(schedule: Schedule) -> Problems:
    """Pairs of a field, as the API names it, and what is wrong with it."""
    yield from _text_problems(schedule)
    yield from time_problems(schedule)
    yield from number_problems(schedule)
    yield from _policy_problems(schedule)
    yield from agent_problems(schedule.agent_id, schedule.execution_config)
    yield from _node_problems(schedule.node_ids)


def check_schedule(schedule: Schedule) -> None:
    """Normalise it. Raises Invalid for the first problem, with its field."""
    normalise_schedule(schedule)
    for field, message in problems_of(schedule):
        raise Invalid(message, field=field)


def check_reason(reason: str) -> None:
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        raise Invalid(f"A reason has at most {LONGEST_REASON} characters, and no NUL.", field="reason")


def _text_problems(schedule: Schedule) -> Problems:
    name = schedule.name
    if not name:
        yield "name", "A schedule needs a name."
    elif len(name) > LONGEST_NAME or not name.isprintable():
        yield "name", f"A name is one line of at most {LONGEST_NAME} characters."


def time_problems(schedule: Schedule) -> Problems:
    wrong = False
    for ask in (lambda: read_fields(schedule.cron_expression), lambda: find_zone(schedule.timezone)):
        try:
            ask()
        except Invalid as error:
            wrong = True
            yield error.field or "cron_expression", error.detail
    if schedule.starts_at is None or schedule.ends_at is None:
        return
    if schedule.ends_at <= schedule.starts_at:
        yield "ends_at", "It ends before it begins: ends_at is to be later than starts_at."
    elif not wrong and next_due_after(_without_count(schedule), schedule.starts_at) is None:
        yield "ends_at", "Nothing is due between starts_at and ends_at."


def _without_count(schedule: Schedule) -> Schedule:
    """The same times, as if it had never run."""
    return Schedule(
        cron_expression=schedule.cron_expression,
        timezone=schedule.timezone,
        starts_at=schedule.starts_at,
        ends_at=schedule.ends_at,
    )


def number_problems(schedule: Schedule) -> Problems:
    most = schedule.max_executions
    if most is not None and not 1 <= most <= MOST_EXECUTIONS:
        yield "max_executions", f"It is from 1 to {MOST_EXECUTIONS}, or empty for no end."
    if not 0 <= schedule.jitter_seconds <= LONGEST_JITTER_SECONDS:
        yield "jitter_seconds", f"It is from 0 to {LONGEST_JITTER_SECONDS} seconds."
    if not 1 <= schedule.catch_up_limit <= MOST_CAUGHT_UP:
        yield "catch_up_limit", f"It is from 1 to {MOST_CAUGHT_UP}."


def _policy_problems(schedule: Schedule) -> Problems:
    for field, known in (("missed_policy", MissedPolicy.values), ("overlap_policy", OverlapPolicy.values)):
        value = getattr(schedule, field)
        if value not in known:
            yield field, f"There is no policy {value!r}; known are: {', '.join(known)}."


def _node_problems(nodes: Any) -> Problems:
    if not isinstance(nodes, list) or not all(isinstance(node, str) for node in nodes):
        yield "node_ids", "It is a list of names of nodes; empty: one run, on whichever node fires it."
    elif len(nodes) > MOST_NODES:
        yield "node_ids", f"It names at most {MOST_NODES} nodes."
    else:
        known = {settings.NODE_NAME, *Node.objects.values_list("name", flat=True)}
        unknown = ", ".join(repr(node) for node in nodes if node not in known)
        if unknown:
            yield "node_ids", f"There is no node {unknown}; known are: {', '.join(sorted(known))}."
