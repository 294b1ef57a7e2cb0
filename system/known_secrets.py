"""Finding values that are known to be secret, plain and in the encodings that programs print them in."""

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from urllib.parse import quote, quote_plus

SHORTEST = 6  # shorter values would match ordinary words
_SHORTEST_LINE = 16  # of a value of several lines, each line this long is a secret too
# base64, xxd and their like break long output: a line break after a run that such a tool could have
# written, and the indentation after it, are looked through.
WRAP_RUN = 16
_WRAP = re.compile(rf"(?<=[A-Za-z0-9+/_-]{{{WRAP_RUN}}})\r?\n[ \t]{{0,16}}")

Span = tuple[int, int]


class KnownSecrets:
    """`longest` is how many characters one occurrence can take up, line breaks of encodings included."""

    def __init__(self, values: Iterable[str]) -> None:
        secrets = {part for value in values for part in _parts(value) if len(part) >= SHORTEST}
        self._plain = sorted({form for secret in secrets for form in _plain_forms(secret)})
        self._coded = sorted({form for secret in secrets for form in _coded_forms(secret)})
        self._many_lines = [form for form in self._plain if "\n" in form]
        # A line break of at most 18 characters after each WRAP_RUN: never more than three times the form.
        self.longest = 3 * max(map(len, self._plain + self._coded), default=0) + WRAP_RUN

    def find(self, text: str) -> Iterator[Span]:
        for form in self._plain:
            yield from _occurrences(form, text)
        whole = _Unwrapped(text)
        for form in self._coded:
            for start, end in _occurrences(form, whole.text):
                yield whole.original(start), whole.original(end - 1) + 1

    def unfinished(self, lines: str) -> int:
        """Where in `lines`, which end with a line break, a secret may begin that goes on in the next line.

        Their length if nowhere.
        """
        start = min((_open_start(form, lines) for form in self._many_lines), default=len(lines))
        whole = _Unwrapped(lines)
        if whole.wrapped:
            first = min((_open_start(form, whole.text) for form in self._coded), default=len(whole.text))
            start = min(start, whole.original(first))
        return start


class _Unwrapped:
    """A text without the line breaks of encodings, and the way back to the places of the original."""

    def __init__(self, text: str) -> None:
        breaks = [match.span() for match in _WRAP.finditer(text)] if "\n" in text else []
        self.wrapped = bool(breaks)
        self._starts = [0, *(end for _, end in breaks)]
        ends = [*(start for start, _ in breaks), len(text)]
        pieces = [text[start:end] for start, end in zip(self._starts, ends, strict=True)]
        self._offsets = [0, *accumulate(map(len, pieces[:-1]))]
        self.text = "".join(pieces)

    def original(self, index: int) -> int:
        piece = bisect_right(self._offsets, index) - 1
        return self._starts[piece] + index - self._offsets[piece]


def _occurrences(form: str, text: str) -> Iterator[Span]:
    start = text.find(form)
    while start != -1:
        yield start, start + len(form)
        start = text.find(form, start + len(form))


def _open_start(form: str, text: str) -> int:
    """Where in `text` the last part begins that `form` starts with and goes on from; else its length."""
    start = text.find(form[0], max(0, len(text) - len(form) + 1))
    while start != -1 and not form.startswith(text[start:]):
        start = text.find(form[0], start + 1)
    return len(text) if start == -1 else start


def _parts(value: str) -> Iterator[str]:
    value = value.strip()
    yield value
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _SHORTEST_LINE and not line.startswith("-----"))


def _plain_forms(secret: str) -> Iterator[str]:
    yield secret
    quoted = [quote(secret, safe=""), quote(secret), quote_plus(secret)]
    yield from quoted
    yield from (re.sub("%..", lambda code: code[0].lower(), form) for form in quoted)
    for once in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        yield once
        yield json.dumps(once)[1:-1]  # JSON in a string of JSON
    yield repr(secret)[1:-1]


def _coded_forms(secret: str) -> Iterator[str]:
    data = secret.encode("utf-8", "surrogateescape")
    yield data.hex()
    yield data.hex().upper()
    for before in range(3):
        # Of base64, the characters whose six bits are all of the secret, whatever stands around it.
        first, last = -(-8 * before // 6), 8 * (before + len(data)) // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(before) + data).decode()[first:last]
