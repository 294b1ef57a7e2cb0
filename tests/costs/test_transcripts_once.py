"""An answer is counted once, however often it is written and imported, with its largest output."""

from itertools import permutations
from pathlib import Path

import pytest

from costs.models import CostRecord, DailyCost
from tests.costs.transcript_files import Row, answer, assert_sums_hold, count_in, import_paths, ledger, write

pytestmark = pytest.mark.django_db


def outputs() -> list[int]:
    assert_sums_hold()
    return sorted(CostRecord.objects.values_list("output_tokens", flat=True))


def test_lines_of_one_answer_are_one_record(tmp_path: Path) -> None:
    said = import_paths(write(tmp_path / "a.jsonl", answer(output=2), answer(output=159), answer(output=40)))
    assert outputs() == [159]
    assert (count_in(said, "records added"), count_in(said, "duplicates")) == ("1", "2")


def test_both_ids_make_the_answer(tmp_path: Path) -> None:
    pairs = [("msg_1", "req_1"), ("msg_1", "req_2"), ("msg_2", "req_1"), ("msg_1", "req_1")]
    import_paths(write(tmp_path / "a.jsonl", *(answer(*pair, output=n) for n, pair in enumerate(pairs))))
    assert outputs() == [1, 2, 3]


def test_ids_are_not_run_together(tmp_path: Path) -> None:
    pairs = [("a:b", "c"), ("a", "b:c"), ("#a", "c"), ("a" * 200, "c"), ("a" * 201, "c"), ("é", "c")]
    import_paths(write(tmp_path / "a.jsonl", *(answer(*pair, output=n) for n, pair in enumerate(pairs))))
    assert outputs() == list(range(len(pairs)))


@pytest.mark.parametrize("order", list(permutations([2, 159, 40])))
def test_the_largest_output_wins_in_any_order_of_files(tmp_path: Path, order: list[int]) -> None:
    for place, output in enumerate(order):
        write(tmp_path / f"{place}.jsonl", answer(output=output))
    import_paths(tmp_path)
    assert outputs() == [159]


@pytest.mark.parametrize("order", list(permutations([2, 159, 40])))
def test_the_largest_output_wins_in_any_order_of_imports(tmp_path: Path, order: list[int]) -> None:
    for output in order:
        import_paths(write(tmp_path / "a.jsonl", answer(output=output)))
        assert_sums_hold()
    assert outputs() == [159]


TIED = [
    answer(timestamp="2026-11-20T10:00:01Z"),
    answer(timestamp="2026-11-20T10:00:02Z"),
    answer(usage={"input_tokens": 10, "output_tokens": 100, "speed": "fast"}, model="claude-opus-5-5"),
]


@pytest.mark.parametrize("lines", list(permutations(TIED)))
def test_the_same_output_leaves_the_same_record_in_any_order(tmp_path: Path, lines: list[Row]) -> None:
    for line in lines:
        import_paths(write(tmp_path / "a.jsonl", line))
    found = ledger()
    CostRecord.objects.all().delete()
    DailyCost.objects.all().delete()
    import_paths(write(tmp_path / "a.jsonl", *TIED))
    assert ledger() == found


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    lines = [answer(f"msg_{n}", f"req_{n}", output=n) for n in range(40)]
    write(tmp_path / "a.jsonl", *lines)
    write(tmp_path / "deep" / "b.jsonl", *lines[20:], answer("msg_x", None), answer(None, "req_x"))
    import_paths(tmp_path)
    before = list(CostRecord.objects.order_by("id").values()), ledger()
    said = import_paths(tmp_path, node="elsewhere", agent="other")
    assert (list(CostRecord.objects.order_by("id").values()), ledger()) == before
    assert (count_in(said, "records added"), count_in(said, "records updated")) == ("0", "0")
    assert "total                          0 USD" in said


def test_without_request_ids_a_message_counts_once_in_its_conversation(tmp_path: Path) -> None:
    lines = [answer("msg_1", None, output=n, sessionId=of) for of in ("one", "two") for n in (5, 7)]
    import_paths(write(tmp_path / "a.jsonl", *lines))
    assert outputs() == [7, 7]


def test_a_later_import_replaces_and_moves_day_and_model(tmp_path: Path) -> None:
    import_paths(write(tmp_path / "a.jsonl", answer(output=5, timestamp="2026-10-31T23:59:59.999999Z")))
    later = answer(output=9, timestamp="2026-11-01T00:00:00Z", model="claude-opus-5-5")
    said = import_paths(write(tmp_path / "a.jsonl", later))
    assert outputs() == [9]
    record = CostRecord.objects.get()
    assert (record.month, record.day, record.model_used) == (11, 1, "claude-opus-5-5")
    assert count_in(said, "records updated") == "1"
