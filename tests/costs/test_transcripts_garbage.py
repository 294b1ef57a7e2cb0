"""Whatever stands in a file, an import ends with a summary, and its sums are those of its records."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costs.models import CostRecord, DailyCost
from tests.costs.transcript_files import answer, assert_sums_hold, count_in, import_paths, ledger, write

pytestmark = pytest.mark.django_db

GOOD = answer("msg_good", "req_good")
WHOLE = answer(
    usage={
        "input_tokens": 1,
        "output_tokens": 2,
        "cache_creation_input_tokens": 3,
        "cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 2},
        "server_tool_use": {"web_search_requests": 1},
        "iterations": [{"type": "message", "input_tokens": 1, "output_tokens": 2}],
        "speed": "fast",
        "service_tier": "batch",
    },
    isSidechain=True,
)
texts = st.text(st.characters(codec=None), max_size=12)
numbers = st.integers(-(2**64), 2**64) | st.sampled_from([2**62, 2**63, 2**63 - 1, -1]) | st.floats()
values = st.recursive(
    st.none() | st.booleans() | numbers | texts | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in items for place in places(inner, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A line with one value replaced, or with some of its bytes."""
    line = draw(st.sampled_from([WHOLE, {"type": "progress", "data": {"message": WHOLE}}]))
    line = replaced(line, draw(st.sampled_from(places(line))), draw(values))
    written = json.dumps(line).encode()
    if draw(st.booleans()):
        start = draw(st.integers(0, len(written)))
        written = written[:start] + draw(st.binary(max_size=4)) + written[start + draw(st.integers(0, 9)) :]
    return written.replace(b"\n", b" ")


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
@given(st.lists(mutated(), min_size=1, max_size=8))
def test_a_summary_and_sums_that_hold(tmp_path: Path, lines: list[bytes]) -> None:
    CostRecord.objects.all().delete()
    DailyCost.objects.all().delete()
    said = import_paths(write(tmp_path / "a.jsonl", *lines, GOOD))
    assert_sums_hold()
    assert CostRecord.objects.filter(request_id="transcript:msg_good:req_good").count() == 1
    assert count_in(said, "records added") == str(CostRecord.objects.count())
    before = ledger()
    import_paths(tmp_path / "a.jsonl")
    assert ledger() == before
