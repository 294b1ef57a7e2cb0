"""Which files an import reads, and what it says of those that it cannot."""

from pathlib import Path

import pytest
from django.core.management.base import CommandError

from costs.models import CostRecord, DailyCost
from tests.costs.transcript_files import answer, assert_sums_hold, count_in, import_paths, write

pytestmark = pytest.mark.django_db


def test_directories_are_searched_and_other_files_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b" / "c.jsonl", answer("msg_1"))
    write(tmp_path / "a.jsonl", answer("msg_2"))
    write(tmp_path / "a" / "meta.json", answer("msg_3"))
    write(tmp_path / "directory.jsonl" / "x.jsonl", answer("msg_4"))
    assert count_in(import_paths(tmp_path), "files") == "3"
    assert CostRecord.objects.count() == 3


def test_a_file_that_is_named_may_have_any_name(tmp_path: Path) -> None:
    assert count_in(import_paths(write(tmp_path / "old.txt", answer())), "records added") == "1"


def test_links_in_circles_end(tmp_path: Path) -> None:
    write(tmp_path / "a" / "a.jsonl", answer())
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self.jsonl").symlink_to("self.jsonl")
    (tmp_path / "again.jsonl").symlink_to("a/a.jsonl")
    said = import_paths(tmp_path, tmp_path / "a")
    assert count_in(said, "files") == "1"
    assert f"not read: {tmp_path}/a/self.jsonl: Too many levels of symbolic links" in said


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["nothing"], "nothing does not exist."),
        (["empty"], "there is no file *.jsonl"),
        (["a.jsonl", "nothing"], "nothing does not exist."),
        (["/dev/null"], "/dev/null: is neither a file nor a directory"),
    ],
)
def test_nothing_to_import_is_an_error(tmp_path: Path, names: list[str], why: str) -> None:
    write(tmp_path / "a.jsonl", answer())
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError) as raised:
        import_paths(*(tmp_path / name for name in names))
    assert why in str(raised.value)
    assert raised.value.returncode == 2
    assert not CostRecord.objects.exists()


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_imported(tmp_path: Path) -> None:
    (tmp_path / "broken.jsonl").symlink_to("/proc/self/mem")  # opens, and gives EIO to who reads its start
    (tmp_path / "gone.jsonl").symlink_to("nowhere")
    write(tmp_path / "whole.jsonl", answer())
    said = import_paths(tmp_path)
    assert (count_in(said, "files"), count_in(said, "records added")) == ("1", "1")
    assert f"not read: {tmp_path}/broken.jsonl: Input/output error" in said
    assert f"not read: {tmp_path}/gone.jsonl: No such file or directory" in said


def test_only_unreadable_files_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.jsonl").symlink_to("/proc/self/mem")
    with pytest.raises(CommandError, match="None of the files could be read") as raised:
        import_paths(tmp_path)
    assert raised.value.returncode == 2


def test_it_stands_under_the_given_names(tmp_path: Path) -> None:
    import_paths(write(tmp_path / "a.jsonl", answer()), node="laptop", agent="ann")
    record = CostRecord.objects.get()
    assert (record.node_id, record.agent_type, record.triggered_by) == ("laptop", "ann", "manual")
    assert record.execution is None
    assert DailyCost.objects.get().executions == 0


@pytest.mark.parametrize("names", [{"node": ""}, {"node": "n" * 101}, {"agent": "a\nb"}, {"agent": "\x00"}])
def test_names_that_are_none_are_refused(tmp_path: Path, names: dict[str, str]) -> None:
    with pytest.raises(CommandError, match="takes 1 to 100 printable characters"):
        import_paths(write(tmp_path / "a.jsonl", answer()), **names)


def test_a_day_that_would_overflow_is_refused_whole(tmp_path: Path) -> None:
    import_paths(write(tmp_path / "a.jsonl", answer()))
    DailyCost.objects.update(tokens_used=2**63 - 5)
    more = [answer("msg_2"), answer("msg_3", timestamp="2026-11-01T10:00:00Z")]
    with pytest.raises(CommandError, match="tokens_used of 2026-11-20 would be more than can be held"):
        import_paths(write(tmp_path / "a.jsonl", *more))
    assert CostRecord.objects.count() == 1
    assert DailyCost.objects.count() == 1


def test_more_answers_than_a_batch_holds(tmp_path: Path) -> None:
    lines = [answer(f"msg_{n % 1200}", f"req_{n % 1200}", output=n) for n in range(2600)]
    said = import_paths(write(tmp_path / "a.jsonl", *lines))
    assert count_in(said, "records added") == "1,200"
    assert sorted(CostRecord.objects.values_list("output_tokens", flat=True)) == list(range(1400, 2600))
    assert_sums_hold()
