"""Agents from a YAML document: all of them or none, and first, if one likes, only what would become of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from agents.configuration import ConfigurationError, parse_configuration, problems_of
from agents.documents import SETTINGS, settings_of
from agents.editing import RESERVED, change_agent, create_agent
from agents.models import AgentConfiguration, Source
from agents.schemas import AgentFields
from agents.transfer.exporting import FORMAT
from agents.transfer.reading import Document, read_yaml
from agents.versions.diff import Piece, pieces_between
from system.errors import DomainError
from system.wire import Slug
from system.writing import one_writer

MOST_AGENTS = 200
MOST_PROBLEMS = 100
CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"
SHAPE = "The document is an object with a list `agents`, as an export has it."


class Entry(AgentFields):
    agent_type: Slug


@dataclass(frozen=True)
class Fault:
    """Something wrong at `path`, as in agents.0.config.steps.2, which begins in `line` (0: nowhere)."""

    path: str
    message: str
    line: int

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.path}: {self.message}" if self.path else f"{where}{self.message}"


class DocumentRefused(DomainError):
    """Nothing of it was taken; `faults` are all that is wrong, in the order of the text."""

    status = 422
    title = "Invalid input"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults[:MOST_PROBLEMS])))
        self.faults = faults[:MOST_PROBLEMS]


@dataclass(frozen=True)
class Imported:
    """`outcome` is created, changed or unchanged; `old` is what was there, empty for one that was not."""

    agent_type: str
    name: str
    outcome: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    revision: int

    @cached_property
    def pieces(self) -> list[Piece]:
        """What differs from what was there: worked out by who asks, while others can write again."""
        return pieces_between(self.old, self.new) if self.old else []


def import_agents(text: str | bytes, *, dry_run: bool = False, comment: str = "") -> list[Imported]:
    """In the order of the document. With `dry_run`: what would be. Raises Unreadable and DocumentRefused.

    An agent that is there becomes what the document says, what is left out taking its default; agents that
    it does not name stay as they are.
    """
    entries = _checked(read_yaml(text))
    with one_writer():
        return [_take(entry, dry_run=dry_run, comment=comment) for entry in entries]


def _take(entry: Entry, *, dry_run: bool, comment: str) -> Imported:
    fields = {name: getattr(entry, name) for name in SETTINGS}
    before = AgentConfiguration.objects.filter(agent_type=entry.agent_type).first()
    old = {} if before is None else settings_of(before)
    wanted = AgentConfiguration(agent_type=entry.agent_type, **fields)
    new = settings_of(wanted)
    outcome = CREATED if before is None else UNCHANGED if new == old else CHANGED
    after = before or wanted
    if not dry_run and outcome == CREATED:
        after = create_agent(
            {"agent_type": entry.agent_type, **fields}, source=Source.IMPORT, comment=comment
        )
    elif not dry_run and outcome == CHANGED:
        after = change_agent(entry.agent_type, fields, source=Source.IMPORT, comment=comment)
    return Imported(entry.agent_type, entry.name, outcome, old, new, after.revision)


def _checked(document: Document) -> list[Entry]:
    rows = _rows(document)
    entries: list[Entry] = []
    faults: list[Fault] = []
    for index, row in enumerate(rows):
        path = f"agents.{index}"
        entry, problems = _read(row)
        if entry is not None and any(entry.agent_type == other.agent_type for other in entries):
            problems = [("agent_type", f"{entry.agent_type} stands in the document already")]
        faults += [
            Fault(where, message, document.line_of(where))
            for where, message in ((f"{path}.{below}".rstrip("."), message) for below, message in problems)
        ]
        if entry is not None:
            entries.append(entry)
    if faults:
        raise DocumentRefused(faults)
    return entries


def _rows(document: Document) -> list[Any]:
    value = document.value
    rows = value.get("agents") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise DocumentRefused([Fault("agents", SHAPE, document.line_of("agents"))])
    strange = [name for name in value if name not in ("format", "agents")]
    if strange:
        known = "known are format and agents"
        raise DocumentRefused([Fault(name, known, document.line_of(name)) for name in strange])
    if value.get("format", FORMAT) != FORMAT:
        raise DocumentRefused([Fault("format", f"only {FORMAT} is known", document.line_of("format"))])
    if not 1 <= len(rows) <= MOST_AGENTS:
        raise DocumentRefused([Fault("agents", f"it lists {len(rows)} agents; 1 to {MOST_AGENTS} can be", 0)])
    return rows


def _read(row: Any) -> tuple[Entry | None, list[tuple[str, str]]]:
    """The entry, and what is wrong with it by path."""
    if not isinstance(row, dict):
        return None, [("", "an agent is an object with agent_type, name and config")]
    try:
        entry = Entry.model_validate(row)
    except ValidationError as error:
        config = row.get("config")
        more = _config_problems(config) if isinstance(config, dict) else ()
        return None, [*((problem.path, problem.message) for problem in problems_of(error)), *more]
    problems = list(_config_problems(entry.config))
    if entry.agent_type in RESERVED:
        problems.append(("agent_type", f"{entry.agent_type} is the name of a route of the API"))
    return entry, problems


def _config_problems(config: dict[str, Any]) -> Iterator[tuple[str, str]]:
    try:
        parse_configuration(config)
    except ConfigurationError as error:
        for problem in error.problems:
            yield f"config.{problem.path}".rstrip("."), problem.message
