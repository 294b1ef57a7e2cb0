"""Filters: `path op literal`, what each holds of, and what is said of one that cannot be read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.hooks.filters import parse_filter
from system.errors import Invalid

PAYLOAD: dict[str, Any] = {
    "status": "firing",
    "count": 3,
    "share": 0.5,
    "on": True,
    "nothing": None,
    "tags": ["a", "b", 1],
    "alerts": [{"labels": {"k8s-app": "x"}, "state": "ok"}, {"labels": {}, "state": "bad"}],
    "labels": {"team": "blue", "status == 1": 1},
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('status == "firing"', True),
        ('  status=="firing"  ', True),
        ('status == "Firing"', False),
        ('status != "resolved"', True),
        ('status != "firing"', False),
        ("count == 3", True),
        ("count == 3.0", True),
        ('count == "3"', False),
        ("count > 2", True),
        ("count > 3", False),
        ("count >= 3", True),
        ("count<4", True),
        ("share <= 0.5", True),
        ('status < "g"', True),
        ("status < 3", False),
        ("on == true", True),
        ("on == 1", False),
        ("on < 2", False),
        ("nothing == null", True),
        ("nothing present", False),
        ("status present", True),
        ("missing present", False),
        ("missing == null", False),
        ('missing != "x"', False),
        ('status contains "fir"', True),
        ('tags contains "a"', True),
        ("tags contains 1", True),
        ("tags contains true", False),
        ('labels contains "blue"', False),
        ('count contains "3"', False),
        ('status in ["resolved", "firing"]', True),
        ("count in [1, 2]", False),
        ('alerts.1.state == "bad"', True),
        ("alerts.7.state present", False),
        ("alerts.x present", False),
        ('alerts.0.labels.k8s-app == "x"', True),
        ('$.alerts[*].state == "bad"', True),
        ("$.alerts[?@.state == 'bad'].labels present", True),
        ("$.alerts[?@.state == 'worse'] present", False),
        ('$["labels"]["status == 1"]==1', True),
        ('$.labels["team"] in ["blue"]', True),
    ],
)
def test_what_holds(text: str, holds: bool) -> None:
    assert (parse_filter(text).refuses(PAYLOAD) == "") is holds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "begins with a path, as in alert.status; at character 1."),
        ("   ", "at character 4."),
        ('== "x"', "begins with a path"),
        ("status", "After the path comes one of == != <="),
        ("status", "at character 7."),
        ('status = "x"', "at character 8."),
        ('status =! "x"', "at character 8."),
        ('status is "x"', "at character 8."),
        ("status ==", "comes a value in JSON"),
        ("status == firing", "with its quotes"),
        ("status == 'firing'", "at character 11."),
        ('status == "x', "at character 11."),
        ('status == "x" "y"', "Nothing more can follow the value; at character 15."),
        ('status == "x" and count == 1', "at character 15."),
        ("status == NaN", "no value in JSON"),
        ("status == -Infinity", "no value in JSON"),
        ("status == [1]", "takes one value"),
        ("status < true", "takes a number or a text"),
        ("status < null", "takes a number or a text"),
        ('status in "x"', "in takes a list"),
        ("status in [[1]]", "in takes a list"),
        ("status present 1", "Nothing comes after present; at character 16."),
        ("a..b == 1", "comes one of"),
        ("$.a[ == 1", "no JSONPath"),
        ("$.a[*,*] == 1", "One selector in each pair of brackets"),
        ("$..a..b == 1", ".. may stand in a path once"),
        ("status == " + "[" * 400, "no value in JSON"),
        ("x" * 501, "at most 500"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_filter(text)
    assert said in refusal.value.detail


def test_a_reason_shows_what_was_found_and_no_more_of_it_than_needed() -> None:
    assert parse_filter("count > 5").refuses(PAYLOAD) == "count > 5: it is 3"
    assert parse_filter("x.y > 5").refuses(PAYLOAD) == "x.y > 5: there is no x.y"
    assert parse_filter("tags == 1").refuses(PAYLOAD) == "tags == 1: it is a list"
    assert len(parse_filter("a == 1").refuses({"a": "x" * 10_000})) < 200


pieces = st.sampled_from(
    ["$", ".", "..", "[", "]", "?", "@", "a", "*", "'", '"', " ", "==", "<", "1", "in", "("]
)


@given(st.one_of(st.text(max_size=40), st.lists(pieces, max_size=20).map("".join)))
def test_whatever_is_typed_is_read_or_refused_in_words(text: str) -> None:
    for whole in (text, f"{text} == 1", f"status == {text}"):
        try:
            found = parse_filter(whole)
        except Invalid:
            continue
        found.refuses(PAYLOAD)


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_text_holds_of_itself_alone(text: str, other: str) -> None:
    literal = json.dumps(text)
    assert (parse_filter(f"x == {literal}").refuses({"x": other}) == "") is (text == other)
