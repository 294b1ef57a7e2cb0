"""What a hook must be like, said before it is stored; the form, the API and the command line ask here."""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from scheduling.agent_checks import agent_problems
from scheduling.hooks.filters import parse_filter
from scheduling.hooks.paths import parse_path
from scheduling.models import Hook, Scheme
from system.errors import Invalid
from system.models import Node

MOST_VALUES = 50
MOST_FILTERS = 20
MOST_PER_MINUTE = 10_000
LONGEST_NAME = 200
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,100}", re.ASCII)
_VALUE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)

Problems = Iterator[tuple[str, str]]


def problems_of(hook: Hook) -> Problems:
    """Pairs of a field, as the API names it, and what is wrong with it."""
    yield from _text_problems(hook)
    yield from mapping_problems(hook.mapping)
    yield from filter_problems(hook.filters)
    yield from agent_problems(hook.agent_id, hook.execution_config)
    yield from _node_problems(hook)
    yield from _number_problems(hook)


def check_hook(hook: Hook) -> None:
    """Raises Invalid for the first problem, with its field."""
    for field, message in problems_of(hook):
        raise Invalid(message, field=field)


def _text_problems(hook: Hook) -> Problems:
    if not _SLUG.fullmatch(hook.slug):
        yield "slug", "A slug is 1 to 100 letters, digits, hyphens and underscores."
    if not hook.name.strip() or len(hook.name) > LONGEST_NAME or not hook.name.isprintable():
        yield "name", f"A name is one line of at most {LONGEST_NAME} characters."
    if hook.scheme not in Scheme.values:
        yield "scheme", f"There is no scheme {hook.scheme!r}; known are: {', '.join(Scheme.values)}."


def mapping_problems(mapping: Any) -> Problems:
    if not isinstance(mapping, dict):
        yield "mapping", 'It is an object of names and paths, as in {"severity": "$.labels.severity"}.'
        return
    if len(mapping) > MOST_VALUES:
        yield "mapping", f"It names at most {MOST_VALUES} values."
    for name, path in mapping.items():
        if not _VALUE_NAME.fullmatch(name):
            yield "mapping", f"{name!r} is no name: letters, digits and underscores, at most 64."
        elif not isinstance(path, str):
            yield f"mapping.{name}", "A path is a text, as in $.labels.severity."
        else:
            yield from _said_of(f"mapping.{name}", parse_path, path)


def filter_problems(filters: Any) -> Problems:
    if not isinstance(filters, list) or not all(isinstance(text, str) for text in filters):
        yield "filters", 'It is a list of comparisons, as in ["alert.status == \\"firing\\""].'
        return
    if len(filters) > MOST_FILTERS:
        yield "filters", f"There are at most {MOST_FILTERS}."
    for number, text in enumerate(filters):
        yield from _said_of(f"filters.{number}", parse_filter, text)


def _said_of(field: str, parse: Any, text: str) -> Problems:
    try:
        parse(text)
    except Invalid as error:
        yield field, error.detail


def _node_problems(hook: Hook) -> Problems:
    if hook.node_id and hook.node_id != settings.NODE_NAME:
        known_nodes = {settings.NODE_NAME, *Node.objects.values_list("name", flat=True)}
        if hook.node_id not in known_nodes:
            yield (
                "node_id",
                f"There is no node {hook.node_id!r}; known are: {', '.join(sorted(known_nodes))}.",
            )


def _number_problems(hook: Hook) -> Problems:
    most = settings.HOOK_MAX_BYTES
    if hook.max_body_bytes is not None and not 1 <= hook.max_body_bytes <= most:
        yield "max_body_bytes", f"It is from 1 to {most} (CLAUDEOPS_HOOK_MAX_BYTES), or empty for that."
    if hook.max_per_minute is not None and not 1 <= hook.max_per_minute <= MOST_PER_MINUTE:
        yield "max_per_minute", f"It is from 1 to {MOST_PER_MINUTE}, or empty for no limit."
