"""YAML that we write is read as the same value; what is made to harm is refused, with its line."""

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.transfer.reading import DEEPEST, MAX_BYTES, MAX_VALUES, Unreadable, read_yaml
from agents.transfer.writing import yaml_of

ODD = (
    "no", "on", "1e3", "08", "0x1f", "0o17", "~", "", "null", "1:30", "2026-11-26", "=", "<<", "#c", "- a",
    "a: b", " a\n b \n", "\n", "a\n\n", "a\r\nb", "\ttab\n\tx", "\u2028x\n", "\x85", "\ufeff", "1_000",
    ".inf", "x\n  y\n", " \n", "é\n🎉", "'", '"', "%a", "@a", "&a", "*a", "!!x", "...", "---\n", "\x07",
)  # fmt: skip
TEXTS = st.sampled_from(ODD) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_what_is_written_is_read_as_the_same(value: Any) -> None:
    read = read_yaml(yaml_of(value)).value
    assert read == value
    assert yaml_of(read) == yaml_of(value)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | TEXTS.map(str.encode))
def test_whatever_comes_is_read_or_refused(text: bytes) -> None:
    with contextlib.suppress(Unreadable):
        value = read_yaml(text).value
        assert read_yaml(yaml_of(value)).value == value


def test_texts_of_many_lines_are_blocks_that_a_person_can_read() -> None:
    assert yaml_of({"instructions": "Look.\n\n- Ä: ok\n"}) == "instructions: |\n  Look.\n\n  - Ä: ok\n"
    assert yaml_of({"steps": [{"name": "A", "argv": ["true"]}]}) == (
        "steps:\n  - name: A\n    argv:\n      - 'true'\n"
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", {"a": "no"}),
        ("a: 2026-11-26", {"a": "2026-11-26"}),
        ("a: 1:30", {"a": "1:30"}),
        ("a: 010", {"a": 10}),
        ("a: 0x1F", {"a": 31}),
        ("a: True", {"a": True}),
        ("a:", {"a": None}),
        ("a: -1.5e3", {"a": -1500.0}),
        ('a: "1"', {"a": "1"}),
        ('{"a": [1, null, "x"]}', {"a": [1, None, "x"]}),
        ("# a comment\na: 1 # another", {"a": 1}),
        ("\ufeffa: 1", {"a": 1}),
    ],
)
def test_words_mean_what_they_mean_in_yaml_1_2(text: str, value: Any) -> None:
    assert read_yaml(text).value == value


BOMB = "a: &a [x, x]\n" + "\n".join(
    f"{chr(letter)}: &{chr(letter)} [*{chr(letter - 1)}, *{chr(letter - 1)}]" for letter in range(98, 122)
)
HOSTILE = {
    "an object": ("a: !!python/object/apply:os.system ['true']", "line 1: Tags are not taken"),
    "a tag of one's own": ("a: 1\nb: !x y", "line 2: Tags are not taken: '!x'"),
    "a plain tag": ("a: !!str 1", "Tags are not taken"),
    "a tag on a list": ("!!set {a}", "Tags are not taken"),
    "a bomb": (BOMB, "line 1: Anchors and aliases"),
    "an alias to itself": ("&a [*a]", "Anchors and aliases"),
    "a merge": ("x: &x {a: 1}\ny:\n  <<: *x", "line 1: Anchors and aliases"),
    "a key twice": ("a: 1\nb: 2\na: 3", "line 3: The key 'a' stands here twice"),
    "a number as a key": ("1: a", "line 1: A key must be a text; quote it"),
    "a list as a key": ("? [a]\n: b", "line 1: A key must be a text"),
    "too deep": ("[" * (DEEPEST + 1), f"nested more than {DEEPEST} levels"),
    "very deep": ("[" * 200_000, f"nested more than {DEEPEST} levels"),
    "very deep blocks": ("\n".join(" " * n + "a:" for n in range(500)), f"nested more than {DEEPEST} levels"),
    "too many": ("- 1\n" * (MAX_VALUES + 1), f"more than {MAX_VALUES:,} values"),
    "too large": ("a" * (MAX_BYTES + 1), "larger than 1024 KiB"),
    "two documents": ("a: 1\n---\nb: 2", "line 2: A second document begins"),
    "nothing": ("# only words\n", "There is nothing in it"),
    "a huge number": ("a: " + "9" * 5000, "more than 64 bits"),
    "no number": ("a: 1e999", "too large a number"),
    "NUL": ('a: "\\0"', "NUL"),
    "half a character": ('a: "\\ud800"', "not YAML"),
    "no YAML": ("a: b: c", "line 1: This is not YAML"),
    "a tab": ("a:\n\t- b", "line 2: This is not YAML"),
    "not UTF-8": (b"a: \xff", "not UTF-8, from byte 3 on"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_made_to_harm_is_refused_at_once(name: str) -> None:
    text, words = HOSTILE[name]
    began = time.process_time()
    with pytest.raises(Unreadable) as refused:
        read_yaml(text)
    assert words in refused.value.detail
    assert time.process_time() - began < 2


def test_each_value_is_known_by_its_line() -> None:
    document = read_yaml("agents:\n  - name: A\n    argv:\n      - x\n      - y\n")
    assert document.line_of("agents.0.argv.1") == 5
    assert document.line_of("agents.0.argv.1.deeper") == 5
    assert document.line_of("agents.0.missing") == 2
    assert document.line_of("nothing") == 0
