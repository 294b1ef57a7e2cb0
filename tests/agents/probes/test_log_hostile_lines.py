"""No line takes long: the work grows with its length and no faster, whatever it is made of."""

import time
from datetime import UTC, datetime

import pytest

from agents.probes.logs.alarms import judge_groups
from agents.probes.logs.groups import PATTERN_LENGTH, Digest, pattern_of
from agents.probes.logs.journal import parse_short_iso
from agents.probes.logs.lines import LONGEST, parse_line

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PIECES = [
    *(
        "a",
        "0",
        " ",
        '"',
        "'",
        "`",
        "/",
        ":",
        ".",
        "-",
        "[",
        "<",
        "{",
        "\\",
        "=",
        ",",
        "~",
        "\x00",
        "\x1b[",
        "é",
        "\ud83d",
    ),
    *(
        "a ",
        "0 ",
        "a:",
        "0:",
        "0.",
        "0,",
        "a.",
        "a-",
        "a/",
        "/a",
        "f:",
        "::",
        "ab:",
        '" ',
        "' ",
        "'a",
        "0x",
        "00-",
        "a_0",
    ),
    *(
        "error ",
        "no error ",
        "0 errors ",
        "[error",
        "<a:",
        "level=",
        "fail",
        "failed",
        "aError",
        "a://",
        "http://",
    ),
    *(
        "2026-03-02 ",
        "2026-03-02T11:22:33",
        "Mar  2 ",
        "[Mon Mar",
        "11:22:33",
        '"GET / HTTP/1',
        '"GET ',
        "{",
        '{"a":',
        "[[",
    ),
    *("deadbeef", "deadbee0", "123e4567-", "10.0.0.", "\x1b[31;", "\x1b[" + "1;" * 20),
]


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_a_line_of_one_piece_repeated(piece: str) -> None:
    text = (piece * (1_000_000 // len(piece)))[: 1 << 20]
    began = time.process_time()
    for head in ("", "error ", "2026-03-02T11:22:33Z host x[1]: error "):
        line = parse_line(head + text, NOW)
        assert len(line.message) <= LONGEST
        assert len(pattern_of(line.message).encode()) <= 4 * PATTERN_LENGTH
        pattern_of(head + text)
        list(parse_short_iso((head + text)[:100_000], NOW))
    assert time.process_time() - began < 1.0


def test_a_digest_of_hostile_messages_can_be_judged_and_stored() -> None:
    digest = Digest()
    for piece in PIECES:
        digest.add(piece * 3000, "critical", NOW, "x")
    rows = [group.as_row() for group in digest.groups()]
    assert all(str(row).encode() for row in rows)
    assert judge_groups(rows)
