"""A known secret is found as it is and in what programs turn it into."""

import base64
import json
import re
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from system.redaction import REDACTED, Redactor

SECRET = 'Tr0ub4dor&3 "and" more/of+it=ü'
LONG = "0123456789abcdefghijklmnopqrstuvwxyz" * 4

ENCODINGS: list[Callable[[str], str]] = [
    str,
    lambda it: urllib.parse.quote(it),
    lambda it: urllib.parse.quote(it, safe=""),
    lambda it: urllib.parse.quote_plus(it),
    lambda it: re.sub("%..", lambda code: code[0].lower(), urllib.parse.quote(it, safe="")),
    lambda it: json.dumps({"it": it}),
    lambda it: json.dumps({"it": it}, ensure_ascii=False),
    lambda it: json.dumps(json.dumps([it])),
    lambda it: repr([it]),
    lambda it: it.encode().hex(),
    lambda it: it.encode().hex().upper(),
    *(
        lambda it, encode=encode, before=before: encode(before + it.encode() + b"and more").decode()
        for encode in (base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes)
        for before in (b"", b"a", b"ab", b"abc", b"a" * 50)
    ),
]


@pytest.mark.parametrize("encode", ENCODINGS)
@pytest.mark.parametrize("secret", [SECRET, LONG])
def test_every_encoding_is_found(secret: str, encode: Callable[[str], str]) -> None:
    text = Redactor([secret]).redact(f"<{encode(secret)}>")

    assert REDACTED in text
    assert len(text) < 110  # what is encoded around it, and no more
    for piece in (secret[n : n + 8] for n in range(len(secret) - 8)):
        assert piece not in text


def test_hex_broken_by_lines_is_found() -> None:
    coded = LONG.encode().hex()
    lines = "\n".join(coded[n : n + 60] for n in range(0, len(coded), 60))
    assert Redactor([LONG]).redact(f"xxd:\n{lines}\nend") == "xxd:\n[redacted]\nend"


def test_lines_of_a_secret_are_secrets() -> None:
    secret = "-----BEGIN THING-----\nc2VjcmV0LWJvZHktb25l\nc2VjcmV0LWJvZHktdHdv\n-----END THING-----\n"
    redactor = Redactor([secret])

    assert redactor.redact("12: c2VjcmV0LWJvZHktb25l") == "12: [redacted]"
    assert redactor.redact("-----BEGIN THING-----") == "-----BEGIN THING-----"
    assert redactor.redact(f"a\n{secret}b") == "a\n[redacted]\nb"


def test_short_values_are_no_secrets() -> None:
    assert Redactor(["", "a", "12345"]).redact("a 12345") == "a 12345"
    assert Redactor(["123456"]).redact("a 123456") == "a [redacted]"


def test_overlapping_secrets_are_hidden_together() -> None:
    assert Redactor(["abcdefgh", "efghijkl", "ijklmnop"]).redact("-abcdefghijklmnop-") == "-[redacted]-"


@given(
    secret=st.text(min_size=6, max_size=60).filter(lambda it: len(it.strip()) >= 6),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
    encode=st.sampled_from(ENCODINGS[:11]),
)
def test_no_encoded_secret_survives(
    secret: str, before: str, after: str, encode: Callable[[str], str]
) -> None:
    assume(secret.strip() not in REDACTED)
    planted = encode(secret)
    assert planted.strip() not in Redactor([secret]).redact(before + planted + after)
