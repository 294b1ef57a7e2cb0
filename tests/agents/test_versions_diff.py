"""What differs between two versions, in pieces: settings, each step by its name, where one has moved."""

import time
from typing import Any

import pytest

from agents.versions.diff import Piece, pieces_between
from system.roles import Role
from tests.api_clients import ApiClient

LOOK = {"name": "Look", "type": "command", "argv": ["true"]}
CPU = {"name": "CPU", "type": "command", "probe": "cpu"}
ANALYSE = {"name": "Analyse", "type": "analysis"}


def settings(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    config = {"steps": list(steps), **more.pop("config", {})}
    return {"name": "A", "description": "one\ntwo\n", "config": config, **more}


def shown(pieces: list[Piece]) -> list[tuple[str, str]]:
    return [(piece.title, piece.state) for piece in pieces]


def test_the_same_in_another_order_of_keys_is_no_difference() -> None:
    turned = dict(reversed(CPU.items()))
    assert pieces_between(settings(CPU), settings(turned)) == []


def test_steps_are_told_apart_by_their_names() -> None:
    pieces = pieces_between(settings(LOOK, CPU), settings(CPU, ANALYSE))
    assert shown(pieces) == [("step Analyse", "added"), ("step Look", "removed")]
    assert [str(line) for line in pieces[0].lines] == ["+ name: Analyse", "+ type: analysis"]


def test_one_that_others_have_overtaken_is_said_to_have_moved() -> None:
    (piece,) = pieces_between(settings(LOOK, CPU, ANALYSE), settings(CPU, ANALYSE, LOOK))
    assert (piece.title, piece.state, piece.note) == ("step Look", "moved", "from place 1 to 3")
    changed = {**LOOK, "argv": ["false"]}
    (piece,) = pieces_between(settings(LOOK, CPU, ANALYSE), settings(CPU, ANALYSE, changed))
    assert (piece.state, piece.note) == ("changed", "from place 1 to 3")


def test_a_line_says_with_a_sign_and_a_word_what_became_of_it() -> None:
    (piece,) = pieces_between(settings(CPU, name="Old"), settings(CPU, name="New"))
    assert piece.title == "settings"
    assert [(line.sign, line.word, line.text) for line in piece.lines[:3]] == [
        ("-", "removed", "name: Old"),
        ("+", "added", "name: New"),
        (" ", "", "description: |"),
    ]


def test_far_lines_are_left_out() -> None:
    text = "\n".join(str(number) for number in range(100))
    before, after = f"{text}\nold\n{text}", f"{text}\nnew\n{text}"
    (piece,) = pieces_between(settings(CPU, description=before), settings(CPU, description=after))
    assert [line.sign for line in piece.lines] == ["…", " ", " ", " ", "-", "+", " ", " ", " ", "…"]


def test_analysis_and_thresholds_are_pieces_of_their_own() -> None:
    more = {"analysis": {"analyst": "rules"}, "thresholds": {"cpu_percent": {"warning": 1, "critical": 2}}}
    assert shown(pieces_between(settings(CPU), settings(CPU, config=more))) == [
        ("analysis", "added"),
        ("thresholds", "added"),
    ]


def test_what_never_held_is_shown_all_the_same() -> None:
    odd = settings(CPU, CPU)
    odd["config"]["steps"].append("no object")
    assert ("step CPU (2)", "added") in shown(pieces_between(settings(CPU), odd))
    assert ("configuration", "changed") in shown(pieces_between({"config": None}, {"config": [1]}))


@pytest.mark.django_db
def test_the_api_compares_any_two() -> None:
    admin = ApiClient(Role.ADMIN)
    agent = {"agent_type": "a", "name": "A", "config": {"steps": [LOOK]}}
    admin.post("/agents", agent)
    for steps in ([LOOK, CPU], [CPU]):
        admin.call("PATCH", "/agents/a", {"config": {"steps": steps}})

    def pieces(query: str) -> list[tuple[str, str]]:
        answer = admin.get(f"/agents/a/versions/{query}").json()
        return [(piece["title"], piece["state"]) for piece in answer["pieces"]]

    assert pieces("3/diff") == [("step Look", "removed")]
    assert pieces("3/diff?against=1") == [("step CPU", "added"), ("step Look", "removed")]
    assert pieces("1/diff?against=3") == [("step Look", "added"), ("step CPU", "removed")]
    assert pieces("1/diff") == []
    assert admin.get("/agents/a/versions/1/diff?against=9").status_code == 404


def test_thousands_of_equal_lines_are_compared_in_no_time() -> None:
    """Each with each, they would take minutes, for whoever may look."""
    empty = "\n" * 15_000
    before, after = (
        settings(CPU, config={"analysis": {"instructions": f"{word}{empty}the end"}})
        for word in ("one", "two")
    )
    began = time.process_time()
    (piece,) = pieces_between(before, after)
    assert time.process_time() - began < 5
    assert piece.title == "analysis"
    assert {line.look for line in piece.lines} >= {"added", "removed"}
