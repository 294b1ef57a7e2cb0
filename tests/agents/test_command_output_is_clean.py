"""What a command prints arrives as text: no NULs, no broken UTF-8, no escape sequences, no secrets."""

import base64
from collections.abc import Callable

import pytest

from system.redaction import Redactor
from tests.agents.running_commands import python, run

SECRET = "Tr0ub4dor&3-and-more/of+it"
# Writes each argument (hex) to the pipe by itself, with time for the reader to take it between.
IN_PIECES = """
import os, sys, time
for piece in sys.argv[1:]:
    os.write(1, bytes.fromhex(piece))
    time.sleep(0.03)
"""


def printed(*pieces: bytes, redactor: Redactor | None = None) -> str:
    lines: list[str] = []
    result = run(python(IN_PIECES, *(it.hex() for it in pieces)), on_line=lines.append, redactor=redactor)
    assert "\n".join(lines) == result.output.removesuffix("\n")
    return result.output


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([b"a\0b\x07\x08c\n"], "abc\n"),
        ([b"\xff\xfe ok \xc3\x28\n"], "\ufffd\ufffd ok \ufffd(\n"),
        ([b"gr\xc3", b"\xbc\xc3\x9fe \xe2\x82", b"\xac\n"], "grüße €\n"),
        ([b"\x1b[1;3", b"1mred\x1b[0m \x1b]0;ti", b"tle\x07plain\n"], "red plain\n"),
        ([b"10%\r20%", b"\r100%\r\ndone"], "100%\ndone"),
        ([b"\tindented\n\n"], "\tindented\n\n"),
    ],
)
def test_pieces_come_out_as_text(pieces: list[bytes], text: str) -> None:
    assert printed(*pieces) == text


@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda text: base64.b64encode(text.encode()),
        lambda text: base64.b64encode(b"x" + text.encode()),
        lambda text: text.encode().hex().encode(),
    ],
)
def test_a_secret_in_two_pieces_does_not_come_out(encode: Callable[[str], bytes]) -> None:
    coded = encode(SECRET)
    middle = len(coded) // 2
    text = printed(b"it is " + coded[:middle], coded[middle:] + b" ok\n", redactor=Redactor([SECRET]))

    assert "[redacted]" in text
    assert coded[4:middle].decode() not in text
    assert coded[middle:-4].decode() not in text


def test_a_secret_hidden_by_control_characters_does_not_come_out() -> None:
    dressed = b"\0".join(SECRET[:9].encode()[n : n + 1] for n in range(9)) + b"\x1b[1m" + SECRET[9:].encode()

    assert printed(dressed + b"\n", redactor=Redactor([SECRET])) == "[redacted]\n"


def test_stderr_is_in_its_place() -> None:
    script = "import os; os.write(1, b'one\\n'); os.write(2, b'two\\n'); os.write(1, b'three\\n')"
    assert run(python(script)).output == "one\ntwo\nthree\n"
