"""JSONPath into payloads of strangers: what it gives, and what it may not cost."""

from collections.abc import Iterator
from typing import Any

import jsonpath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.hooks.paths import MOST_RESULTS, parse_path
from scheduling.hooks.payloads import mapped
from system.errors import Invalid

PAYLOAD: dict[str, Any] = {
    "status": "firing",
    "alerts": [
        {"status": "firing", "labels": {"instance": "a:9100"}, "value": 91},
        {"status": "resolved", "labels": {"instance": "b:9100"}, "value": 12},
        {"status": "firing", "labels": {}, "value": None},
    ],
    "odd names": {"a.b": 1},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.status", "firing"),
        ("status", "firing"),
        ("alerts.1.labels.instance", "b:9100"),
        ("$.alerts[0].labels", {"instance": "a:9100"}),
        ("$.alerts[-1].value", None),
        ("$.alerts[7]", None),
        ("$.missing", None),
        ("$.alerts[*].value", [91, 12, None]),
        ("$.alerts[?@.status == 'firing'].labels.instance", ["a:9100"]),
        ("$.alerts[?@.value > 50 && @.value < 100].value", [91]),
        ("$..instance", ["a:9100", "b:9100"]),
        ("$.missing[*]", []),
        ("$['odd names']['a.b']", 1),
        ("$.alerts[0:2].value", [91, 12]),
        ("$", PAYLOAD),
    ],
)
def test_what_a_path_gives(path: str, value: Any) -> None:
    assert mapped({"x": path}, PAYLOAD) == {"x": value}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "is no path"),
        ("a b", "is no path"),
        (".a", "is no path"),
        ("a.", "is no path"),
        ("$.", "no JSONPath (RFC 9535)"),
        ("$.a[", "at its end"),
        ("$.a b", "at character 5"),
        ("$.a[?@.b ==]", "no JSONPath"),
        ("$.a[99999999999999999999]", "out of range"),
        ("$.a[1,2]", "One selector in each pair of brackets, please; at character 6."),
        ("$..a..b", ".. may stand in a path once; at character 5."),
        ("$.a[?@.b == $.c]", "$ may stand in a path once; at character 13."),
        ("$.a[?search(@.b, '(a+)+$')]", "'search' is not defined"),
        ("$.a[?match(@.b, '(a+)+$')]", "'match' is not defined"),
        ("$" + "[0]" * 200, "at most 500 characters"),
        ("$" + "(" * 400, "no JSONPath"),
        ("$[?" + "(" * 400 + "@.a", "no JSONPath"),
    ],
)
def test_what_is_no_path_is_said_with_its_place(path: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_path(path)
    assert said in refusal.value.detail


def test_results_are_bounded() -> None:
    assert len(mapped({"all": "$[*]"}, list(range(5000)))["all"]) == MOST_RESULTS


class Watched(list[Any]):
    """Counts how often anybody looks at what is in it."""

    looks = 0

    def __iter__(self) -> Iterator[Any]:
        for item in super().__iter__():
            Watched.looks += 1
            yield item


def deep(levels: int, leaves: int) -> Watched:
    found = Watched(Watched() for _ in range(leaves))
    for _ in range(levels):
        found = Watched([found])
    return found


@pytest.mark.parametrize(
    "path", ["$..[?@.b == 1]", "$..x", "$[?@..b]", "$..[?@[?@[?@.b]]]", "$[*][*][*][*].b", "$[*][?@[*]].b"]
)
@pytest.mark.parametrize(("levels", "leaves"), [(60, 500), (3, 2000), (0, 2000)])
def test_a_path_looks_at_each_node_a_few_times_at_most(path: str, levels: int, leaves: int) -> None:
    payload = deep(levels, leaves)
    Watched.looks = 0
    parse_path(path).find(payload)
    assert Watched.looks <= 10 * (levels + leaves)


def test_what_is_refused_would_look_far_more_often() -> None:
    """The bounds are there for a reason: this one is taken by the library, and not by us."""
    path, payload = "$[*,*][*,*][*,*][*,*][*,*][*,*][*,*].b", deep(6, 100)
    Watched.looks = 0
    list(jsonpath.JSONPathEnvironment(strict=True).finditer(path, payload))
    assert Watched.looks > 100 * 106
    with pytest.raises(Invalid):
        parse_path(path)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)


@given(st.one_of(st.dictionaries(st.text(max_size=3), json_values), st.lists(json_values)))
def test_no_payload_breaks_a_path_that_was_taken(payload: Any) -> None:
    paths = ["a.b", "a.0.c", "$.a[?@.b > 1 && @.c != 'x']", "$..a", "$[?length(@.a) > 1 || count(@.*) == 2]"]
    mapped({f"p{number}": path for number, path in enumerate(paths)}, payload)
