"""A JSON answer is told in whole sentences, each once, however it is cut into pieces."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.analysts.narration import Narrator
from tests.messages_api import REPORT

TOLD = [
    "overall health: warning",
    "summary: The machine works well.",
    "summary: One disk will be full within a week if it goes on growing.",
    "finding 1 title: The root disk is filling up",
    "finding 1 severity: warning",
    "finding 1 evidence: Step 3: / is 87 % full, 4 % more than yesterday.",
    "finding 1 recommendation: Look for what grows below /var and remove what is not needed.",
    "finding 1 command: du -xh --max-depth=2 /var | sort -h | tail",
]


def told(text: str, size: int) -> list[str]:
    narrator = Narrator()
    lines = [line for at in range(0, len(text), size) for line in narrator.feed(text[at : at + size])]
    return lines + narrator.finish()


@pytest.mark.parametrize("size", [1, 3, 24, 10_000])
def test_every_sentence_once_in_order(size: int) -> None:
    assert told(json.dumps(REPORT), size) == TOLD


def test_sentences_come_before_the_text_is_whole() -> None:
    narrator = Narrator()
    text = json.dumps(REPORT)
    assert narrator.feed(text[: text.index("One disk") + 60]) == TOLD[:2]


def test_an_answer_that_was_cut_is_told_to_its_end() -> None:
    assert (
        told('{"overall_health": "warning", "summary": "The disk is alm', 5)[-1] == "summary: The disk is alm"
    )


def test_what_is_no_json_is_told_as_it_stands() -> None:
    assert told("I will not. Ask me\nsomething else", 4) == ["I will not.", "Ask me", "something else"]
    assert told('{"summary": broken', 4) == ['{"summary": broken']


def test_a_long_text_without_sentences_is_told_in_pieces() -> None:
    lines = told(json.dumps({"summary": "word " * 500}), 50)
    assert 5 <= len(lines) <= 10
    assert " ".join(line.removeprefix("summary: ") for line in lines).split() == ["word"] * 500


strings = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=60)
reports = st.fixed_dictionaries(
    {
        "overall_health": st.sampled_from(["healthy", "warning"]),
        "summary": strings,
        "findings": st.lists(
            st.fixed_dictionaries({"title": strings, "command": st.none() | strings}), max_size=3
        ),
    }
)


@given(reports, st.integers(1, 70))
def test_pieces_change_nothing(report: dict[str, Any], size: int) -> None:
    text = json.dumps(report)  # escapes all that is not ASCII, so pieces end inside escapes
    whole = "".join("".join(told(text, len(text))).split())
    assert "".join("".join(told(text, size)).split()) == whole
