"""Bytes for a terminal become plain text, the same however they were cut."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from system.terminal_text import LINE_LIMIT, TerminalText, clean

CASES = [
    ("a\0b\x07c\x7fd\x1fe", "abcde"),
    ("tab\tand\nnewline", "tab\tand\nnewline"),
    ("\x1b[1;31mred\x1b[0m \x1b[38:2::1:2:3mfine\x1b[K", "red fine"),
    ("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "alink"),
    ("\x1bP1$r0m\x1b\\a\x1b_app\x1b\\b\x1b^c\x1b\\", "ab"),
    ("\x9b31mred\x9d0;title\x9cplain", "redplain"),
    ("\x1b(Ba\x1b=b\x1b7c\x1bMd", "abcd"),
    ("\x1b[31", ""),
    ("a\x1b", "a"),
    ("a\x1b]never closed\nnext", "a\nnext"),
    ("a\x1b[31\nnext", "a\nnext"),
    ("\x1b]0;\x1b[31mred", "red"),
    ("\x1b[\x1b[\x1b[31mred", "red"),
    ("10%\r50%\r100%\nnext", "100%\nnext"),
    ("10%\r100%\r", "100%"),
    ("dos\r\nlines\r\r\n", "dos\nlines\n"),
    ("\r\r\n", "\n"),
    ("abc\u202edef\u2069", "abcdef"),
]


@pytest.mark.parametrize(("text", "plain"), CASES)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_cut_anywhere(text: str, plain: str, size: int) -> None:
    data = text.encode()
    stream = TerminalText()
    pieces = [stream.feed(data[n : n + size]) for n in range(0, len(data), size)]

    assert "".join(pieces) + stream.flush() == plain
    assert clean(text) == plain


@pytest.mark.parametrize(
    ("data", "plain"), [(b"\xff\xfeok", "\ufffd\ufffdok"), (b"\xe2\x82", "\ufffd"), (b"\xc3\x28", "\ufffd(")]
)
def test_broken_utf_8_is_replaced(data: bytes, plain: str) -> None:
    assert clean(data) == plain


def test_lone_surrogates_are_replaced() -> None:
    assert clean("a\ud800b").encode() == "a\ufffd\ufffd\ufffdb".encode()


def test_complete_lines_come_out_at_once_and_long_ones_do_not_grow() -> None:
    stream = TerminalText()

    assert stream.feed(b"one\ntwo") == "one\n"
    assert stream.feed(b"x" * LINE_LIMIT) == "two" + "x" * LINE_LIMIT
    assert stream.feed(b"\x1b]" + b"x" * 100_000) == ""
    assert stream.feed(b"\x07\n") == "\n"


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Cf"], include_characters="\n\t")))
def test_text_without_control_characters_is_unchanged(text: str) -> None:
    assert clean(text) == text


@given(st.binary(max_size=300), st.integers(1, 20))
@example(b"\x1b[0\x1b\\\xc2\x9d\r\n\x1b", 1)
def test_any_bytes_become_clean_text(data: bytes, size: int) -> None:
    stream = TerminalText()
    pieces = [stream.feed(data[n : n + size]) for n in range(0, len(data), size)]
    text = "".join(pieces) + stream.flush()

    assert text == clean(data)
    assert all(char in "\n\t" or char.isprintable() or ord(char) > 0x9F for char in text)
