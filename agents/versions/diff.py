"""What differs between two versions, in pieces as a person thinks of them: settings, each step, the rest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from agents.documents import ordered_settings
from agents.transfer.writing import yaml_of

CONTEXT = 3  # lines around a change
GAP = "…"


@dataclass(frozen=True)
class Line:
    """`sign` is "+", "-", a blank for what stands in both, or GAP where such lines are left out."""

    sign: str
    text: str

    def __str__(self) -> str:
        return f"{self.sign} {self.text}".rstrip()

    @property
    def look(self) -> str:
        return {"+": "added", "-": "removed"}.get(self.sign, "same")

    @property
    def word(self) -> str:
        """For who hears the page."""
        return {"+": "added", "-": "removed"}.get(self.sign, "")


@dataclass(frozen=True)
class Piece:
    """`state` is added, removed, changed or moved; `note` says where a step went."""

    title: str
    state: str
    lines: list[Line]
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """versions.schemas.PieceOut."""
        lines = list(map(str, self.lines))
        return {"title": self.title, "state": self.state, "note": self.note, "lines": lines}


def pieces_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Piece]:
    """Of two `settings` of versions: only what differs, in the order of the later one."""
    old, new = _parts(ordered_settings(before)), _parts(ordered_settings(after))
    moved = _moves(before, after)
    titles = [*new, *(title for title in old if title not in new)]
    pieces = (_piece(title, old.get(title), new.get(title), moved.get(title, "")) for title in titles)
    return [piece for piece in pieces if piece is not None]


def titles_of(pieces: list[Piece]) -> str:
    """As in "settings, step CPU (added)"."""
    return ", ".join(
        piece.title if piece.state == "changed" else f"{piece.title} ({piece.state})" for piece in pieces
    )


def _parts(settings: dict[str, Any]) -> dict[str, str]:
    """YAML by title. Two steps cannot share a name; of a configuration that never held, they may."""
    config = settings.get("config")
    rest = {name: value for name, value in settings.items() if name != "config"}
    parts = {"settings": yaml_of(rest)}
    if not isinstance(config, Mapping):
        return {**parts, "configuration": yaml_of(config)}
    for name, value in config.items():
        if name != "steps":
            parts[name] = yaml_of(value)
    for title, step in _steps(config):
        parts[title] = yaml_of(step)
    return parts


def _steps(config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    steps = config.get("steps")
    seen: set[str] = set()
    for index, step in enumerate(steps if isinstance(steps, list) else []):
        name = str(step.get("name")) if isinstance(step, Mapping) else str(index + 1)
        title = f"step {name}"
        yield (title if title not in seen else f"{title} ({index + 1})"), step
        seen.add(title)


def _moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """Steps of both that others have overtaken: where they stood, and where they stand."""
    old = [title for title, _ in _steps(_config(before))]
    new = [title for title, _ in _steps(_config(after))]
    kept_old = [title for title in old if title in new]
    kept_new = [title for title in new if title in old]
    stayed = {
        title
        for block in SequenceMatcher(a=kept_old, b=kept_new, autojunk=False).get_matching_blocks()
        for title in kept_old[block.a : block.a + block.size]
    }
    return {
        title: f"from place {old.index(title) + 1} to {new.index(title) + 1}"
        for title in kept_new
        if title not in stayed
    }


def _config(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    config = settings.get("config")
    return config if isinstance(config, Mapping) else {}


def _piece(title: str, old: str | None, new: str | None, moved: str) -> Piece | None:
    if old == new:
        return Piece(title, "moved", [], moved) if moved else None
    state = "added" if old is None else "removed" if new is None else "changed"
    return Piece(title, state, list(_lines((old or "").splitlines(), (new or "").splitlines())), moved)


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    # Lines that come again and again are no landmarks in a long text: with them, thousands of empty lines on
    # both sides would be compared each with each, for minutes.
    groups = SequenceMatcher(a=old, b=new, autojunk=True).get_grouped_opcodes(CONTEXT)
    end = 0
    for group in groups:
        if group[0][1] > end:
            yield Line(GAP, "")
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from (Line(" ", text) for text in old[old_from:old_to])
                continue
            yield from (Line("-", text) for text in old[old_from:old_to])
            yield from (Line("+", text) for text in new[new_from:new_to])
        end = group[-1][2]
    if end < len(old):
        yield Line(GAP, "")
