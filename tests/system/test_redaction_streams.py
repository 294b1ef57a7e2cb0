"""However a stream is cut, no planted secret comes out of it, and other lines come out at once."""

import base64
import random
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from system.redaction import Redactor, StreamRedactor

PLAIN = "correct-horse-battery-staple"
LONG = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=180))
LINES = "first line of it: 8a7b6c5d\nsecond line of it: 4e3f2a1b\n\nlast line of it"
WRAPPED = base64.encodebytes(LONG.encode()).decode().rstrip()
LATE = base64.encodebytes(b"p" * 51 + LONG.encode()).decode().rstrip()  # begins at the end of a line
KEY_LINES = "TUlJRXZRSUJBREFOQmdrcWhraUc5dzBCQVFFRkFB\n" * 9
KEY = f"-----BEGIN PRIVATE KEY-----\n{KEY_LINES}-----END PRIVATE KEY-----"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dGhlIHNpZ25hdHVyZSBvZiBpdA"
REDACTOR = Redactor([PLAIN, LONG, LINES])

# What stands in the stream, and pieces of it that must not come out.
PLANTED = {
    PLAIN: ["horse-battery"],
    base64.b64encode(PLAIN.encode()).decode(): [base64.b64encode(PLAIN.encode()).decode()[4:-4]],
    WRAPPED: WRAPPED.split()[:2],
    LATE: LATE.split()[1:3],
    LONG.encode().hex(): [LONG.encode().hex()[:20], LONG.encode().hex()[-20:]],
    LINES: ["8a7b6c5d", "4e3f2a1b", "last line of it"],
    KEY: ["TUlJRXZRSUJB", "BRUZBQQ", "dzBCQVFFRkFB"],
    JWT: ["eyJhbGci", "eyJzdWIi", "dGhlIHNp"],
    "sk-ant-api03-0123456789abcdef": ["0123456789abcdef"],
    "my_password = 'my phrase of it' ": ["'my", "phrase of it"],
    "https://user:pa55-w0rd@host/ ": ["pa55", "w0rd"],
}
WORDS = ["a", "\n", " ", "\n\n", "word ", "line of log\n", "x" * 70, "key: ", "é", "x" * 5000, "y " * 9000]
pieces = st.lists(st.sampled_from([*WORDS, *PLANTED]), max_size=12)


def redacted(chunks: list[str]) -> str:
    stream = StreamRedactor(REDACTOR)
    return "".join([*map(stream.feed, chunks), stream.flush()])


def cut(text: str, places: list[float]) -> list[str]:
    edges = [0, *sorted(int(place * len(text)) for place in places), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces, st.lists(st.floats(0, 1), max_size=8))
@example([PLAIN], [0.5])
@example(["x" * 5000, "y " * 9000, KEY, "y " * 9000, LONG], [0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.9])
def test_no_planted_secret_comes_out(parts: list[str], places: list[float]) -> None:
    out = redacted(cut("".join(f"{part}\n" if part in PLANTED else part for part in parts), places))

    for part in set(parts) & PLANTED.keys():
        for piece in PLANTED[part]:
            assert piece not in out


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_chunks_of_any_size_give_what_one_chunk_gives(planted: str, size: int) -> None:
    text = f"one\ntwo {planted}\nthree\n" * 2
    chunks = [text[n : n + size] for n in range(0, len(text), size)]

    assert redacted(chunks) == REDACTOR.redact(text)


@pytest.mark.parametrize("planted", PLANTED)
def test_a_cut_at_any_place_gives_what_one_chunk_gives(planted: str) -> None:
    text = f"one\ntwo {planted} three\n{planted}\nfour"

    for place in range(len(text)):
        assert redacted([text[:place], text[place:]]) == REDACTOR.redact(text)


@pytest.mark.parametrize("place", range(4000, 17_000, 500))
@pytest.mark.parametrize("planted", [PLAIN, JWT, "sk-ant-api03-0123456789abcdef"])
def test_lines_without_end_are_let_out_but_no_secret_in_them(planted: str, place: int) -> None:
    text = ". " * (place // 2) + planted + " ." * 10_000
    stream = StreamRedactor(REDACTOR)
    out = [stream.feed(text[n : n + 100]) for n in range(0, len(text), 100)]

    assert len("".join(out)) > len(text) - 14_000
    assert "".join(out) + stream.flush() == text.replace(planted, "[redacted]")


def test_an_encoded_secret_broken_by_a_line_is_found_behind_a_long_line() -> None:
    text = "." * 9000 + f" {LATE} " + "." * 3950

    assert redacted([text, "\n"]) == REDACTOR.redact(text) + "\n"


def test_a_value_without_end_is_hidden_to_the_end_of_its_line() -> None:
    stream = StreamRedactor(REDACTOR)
    out = stream.feed("it says token=")
    for _ in range(1000):
        out += stream.feed("0123456789" * 10)
    out += stream.feed(" more\nnext\n")
    assert out + stream.flush() == "it says token=[redacted]\nnext\n"


def test_lines_come_out_when_they_are_complete() -> None:
    stream = StreamRedactor(REDACTOR)

    assert stream.feed("one\ntw") == "one\n"
    assert stream.feed("o\n") == "two\n"
    assert stream.feed(f"{PLAIN[:9]}\n") == f"{PLAIN[:9]}\n"
    assert stream.feed("first line of it: 8a7b6c5d\n") == ""  # a secret may go on in the next line
    assert stream.feed("something else\n") == "[redacted]\nsomething else\n"
    assert stream.feed("-----BEGIN PRIVATE KEY-----\nMII\n") == "[redacted]"
    assert stream.feed("abc\n-----END PRI") == ""
    assert stream.feed("VATE KEY-----\nafter\n") == "\nafter\n"
    assert stream.feed("rest") == ""
    assert stream.flush() == "rest"


@given(st.lists(st.text(alphabet=st.characters(exclude_characters=":=%"), max_size=30), max_size=20))
def test_text_without_secrets_is_unchanged(chunks: list[str]) -> None:
    assert redacted(chunks) == "".join(chunks)
