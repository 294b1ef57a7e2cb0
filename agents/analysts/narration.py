"""A JSON answer that is still being written, told in sentences as they are finished."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

from system.terminal_text import clean

MIN_NEW_CHARS = 40  # between two looks at the text: each look reads all of it
_SENTENCE = re.compile(r"[^\n]*?[.!?](?=\s)|[^\n]*\n|\S[^\n]{300,}?\s")


class Narrator:
    """Takes the text in pieces of any size. What is not JSON is told as it stands, by line and sentence."""

    def __init__(self) -> None:
        self._text = ""
        self._looked_at = 0
        self._leaf = 0  # which value is being told, counted over the whole answer
        self._told = 0  # characters of it that have been told

    def feed(self, piece: str) -> list[str]:
        """The lines that `piece` completes."""
        self._text += piece
        if len(self._text) - self._looked_at < MIN_NEW_CHARS:
            return []
        self._looked_at = len(self._text)
        return list(self._tell(_leaves(self._text), at_end=False))

    def finish(self) -> list[str]:
        """What is left to tell, also of an answer that was cut off."""
        is_untold = self._leaf == self._told == 0
        leaves = _leaves(self._text) or ([("", self._text)] if is_untold else [])
        return list(self._tell(leaves, at_end=True))

    def _tell(self, leaves: list[tuple[str, str]], *, at_end: bool) -> Iterator[str]:
        while self._leaf < len(leaves):
            label, text = leaves[self._leaf]
            is_whole = at_end or self._leaf < len(leaves) - 1
            for sentence in self._new_sentences(text, is_whole=is_whole):
                yield f"{label}: {sentence}" if label else sentence
            if not is_whole:
                return
            self._leaf, self._told = self._leaf + 1, 0

    def _new_sentences(self, text: str, *, is_whole: bool) -> Iterator[str]:
        while match := _SENTENCE.match(text, self._told):
            self._told = match.end()
            yield from _line(match[0])
        if is_whole:
            yield from _line(text[self._told :])
            self._told = len(text)


def _line(text: str) -> Iterator[str]:
    if line := clean(text).strip():
        yield line


def _leaves(text: str) -> list[tuple[str, str]]:
    """Every value of the JSON in `text` with its label; only the last one may be unfinished."""
    if not text.lstrip().startswith("{"):
        return [("", text)]
    try:
        return list(_flat(from_json(text, allow_partial="trailing-strings"), ""))
    except ValueError:  # cut inside an escape, or broken: the next look may read it
        return []


def _flat(value: Any, label: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{label} {name}".strip().replace("_", " "))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, f"{label.removesuffix('s')} {number}")
    elif value is not None:
        yield label, str(value)
