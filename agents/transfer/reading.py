"""YAML from outside as JSON: nothing in it can make an object, repeat itself into memory, or hide a key.

Built from the parser's events and not by its constructors: no tag is obeyed, as none is; no anchor is
repeated; depth and number of values are counted while it is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from agents.transfer.scalars import value_of
from system.errors import DomainError

MAX_BYTES = 1024 * 1024
MAX_VALUES = 50_000
DEEPEST = 32

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, where it is there
_ENDS = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent)
_MISSING: Any = object()


class Unreadable(DomainError):
    """`line` counts from 1; 0 where it is about the whole."""

    status = 422
    title = "Invalid input"

    def __init__(self, detail: str, *, line: int = 0) -> None:
        super().__init__(f"line {line}: {detail}" if line else detail, field="body")
        self.line = line


@dataclass(frozen=True)
class Document:
    """`lines` has, by path as in agents.0.config.steps.2.argv, where that value begins."""

    value: Any
    lines: dict[str, int]

    def line_of(self, path: str) -> int:
        """Of the value, or of the nearest one around it that stands in the text; 0 for none."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path, 0)


@dataclass
class _Level:
    """A list or an object that is still open."""

    value: Any
    path: str
    key: Any = _MISSING

    def below(self) -> str:
        name = len(self.value) if isinstance(self.value, list) else self.key
        return f"{self.path}.{name}" if self.path else str(name)

    @property
    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is _MISSING


@dataclass
class _Builder:
    """The value so far; `open` from the outermost in."""

    root: Any = _MISSING
    open: list[_Level] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def put(self, value: Any, line: int) -> None:
        self.count += 1
        if self.count > MAX_VALUES:
            raise Unreadable(f"It holds more than {MAX_VALUES:,} values.", line=line)
        if not self.open:
            self.root = value
            return
        level = self.open[-1]
        self.lines[level.below()] = line
        if isinstance(level.value, list):
            level.value.append(value)
        else:
            level.value[level.key] = value
            level.key = _MISSING

    def enter(self, value: Any, line: int) -> None:
        path = self.open[-1].below() if self.open else ""
        self.put(value, line)
        if len(self.open) >= DEEPEST:
            raise Unreadable(f"It is nested more than {DEEPEST} levels deep.", line=line)
        self.open.append(_Level(value, path))

    def name(self, event: Any, line: int) -> None:
        """The key of what comes next."""
        if not isinstance(event, yaml.ScalarEvent) or not isinstance(_plain(event, line), str):
            raise Unreadable("A key must be a text; quote it.", line=line)
        key, level = event.value, self.open[-1]
        if key in level.value:
            raise Unreadable(f"The key {key!r} stands here twice.", line=line)
        level.key = key


def read_yaml(text: str | bytes) -> Document:
    """The one document in `text` (UTF-8), as JSON would hold it. Raises Unreadable, with the line."""
    builder = _Builder()
    for event in _events(_decoded(text)):
        _take(builder, event)
    if builder.root is _MISSING:
        raise Unreadable("There is nothing in it.")
    return Document(builder.root, builder.lines)


def _decoded(text: str | bytes) -> str:
    raw = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"It is larger than {MAX_BYTES // 1024} KiB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"It is not UTF-8, from byte {error.start} on.") from error


def _events(text: str) -> Iterator[Any]:
    """One by one: what is refused ends the reading there."""
    loader = None
    try:
        loader = _Loader(text)
        while loader.check_event():
            yield loader.get_event()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(f"This is not YAML: {error.problem}.", line=mark.line + 1 if mark else 0) from error
    except yaml.YAMLError as error:
        raise Unreadable(f"This is not YAML: {str(error).splitlines()[0]}.") from error
    finally:
        if loader is not None:
            loader.dispose()


def _take(builder: _Builder, event: Any) -> None:
    line = event.start_mark.line + 1
    if isinstance(event, _ENDS):
        return
    if isinstance(event, yaml.DocumentStartEvent):
        if builder.root is not _MISSING:
            raise Unreadable("A second document begins; put all into one.", line=line)
        return
    if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
        builder.open.pop()
        return
    _refuse_extras(event, line)
    if builder.open and builder.open[-1].wants_key:
        builder.name(event, line)
    elif isinstance(event, yaml.ScalarEvent):
        builder.put(_plain(event, line), line)
    else:
        builder.enter([] if isinstance(event, yaml.SequenceStartEvent) else {}, line)


def _refuse_extras(event: Any, line: int) -> None:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise Unreadable("Anchors and aliases (&, *) are not taken: write it out.", line=line)
    if event.tag is not None:
        raise Unreadable(f"Tags are not taken: {event.tag!r}.", line=line)


def _plain(event: Any, line: int) -> Any:
    """A word in quotes, or a block, is a text; a bare one is what it looks like."""
    text = str(event.value)
    if "\x00" in text:
        raise Unreadable("A text in it holds a NUL character.", line=line)
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Unreadable("A text in it holds half a character (a lone surrogate).", line=line)
    if not event.implicit[0]:
        return text
    try:
        return value_of(text)
    except ValueError as error:
        raise Unreadable(f"{text[:40]} {error}.", line=line) from error
