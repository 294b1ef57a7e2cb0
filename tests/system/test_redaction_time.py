"""Hostile text takes no longer than other text of its length: a quadratic search would take minutes here."""

import time

import pytest

from system.redaction import Redactor, StreamRedactor
from system.terminal_text import TerminalText

SIZE = 400_000
HOSTILE = [
    "token", "-", "eyJ", " .eyJ", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "://", "://a:", "password=",
    'password="', "token\\", "token  ", "--a-", "--password ", "Bearer ", "\n", "a" * 16 + "\n",
    "x" * 99 + "y", "\r", "\x1b[", "\x1b]", "\x1b", "\x1bP0", "\x9b", "a" * 150 + " token=b ", "sk-",
    "ghp_", "A.", "%",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE, ids=ascii)
def test_repeated(unit: str) -> None:
    text = unit * (SIZE // len(unit))
    redactor = Redactor(["x" * 100, "correct-horse-battery-staple"])
    terminal, stream = TerminalText(), StreamRedactor(redactor)
    data = text.encode()
    started = time.process_time()
    redactor.redact(text)
    redactor.redact("://a:password='" + text)
    for start in range(0, len(data), 4096):
        stream.feed(terminal.feed(data[start : start + 4096]))
    stream.flush()

    assert time.process_time() - started < 3
