"""What is recorded otherwise already is not counted beside it."""

from pathlib import Path

import pytest

from costs.models import CostRecord
from costs.services import record_cost
from executions.services import claim_execution, create_execution
from tests.costs.transcript_files import MODEL, answer, assert_sums_hold, count_in, import_paths, usage, write

pytestmark = pytest.mark.django_db


def ids() -> list[str | None]:
    assert_sums_hold()
    return sorted(key or "" for key in CostRecord.objects.values_list("request_id", flat=True))


def record_as_an_agent(request_id: str) -> None:
    execution, _ = create_execution(agent_type="nightly", node_id="n1")
    lease = claim_execution(execution.pk, owner="worker-1")
    assert lease is not None
    with lease.tracker().batch() as change:
        record_cost(change, model=MODEL, usage=usage(159), request_id=request_id)


def test_a_request_that_an_agent_made_is_left_to_it(tmp_path: Path) -> None:
    record_as_an_agent("req_1")
    before = list(CostRecord.objects.values())
    said = import_paths(write(tmp_path / "a.jsonl", answer(output=500), answer("msg_2", "req_2")))
    assert ids() == ["req_1", "transcript:msg_2:req_2"]
    assert [row for row in CostRecord.objects.values() if row["request_id"] == "req_1"] == before
    assert count_in(said, "duplicates") == "1"


def test_what_an_agent_records_later_is_taken_back_at_the_next_import(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", answer(), answer("msg_2", "req_2"))
    import_paths(file)
    record_as_an_agent("req_1")
    said = import_paths(file)
    assert ids() == ["req_1", "transcript:msg_2:req_2"]
    assert "records withdrawn              1" in said
    assert import_paths(file).count("withdrawn") == 0


def a_side_chain(output: int, **more: str) -> dict[str, object]:
    return answer(request_id="req_again", output=output, isSidechain=True, **more)


CONVERSATION = [answer(output=n, timestamp=f"2026-11-20T10:00:0{n}Z") for n in (1, 3, 9)]
SIDE_CHAIN = [a_side_chain(n, timestamp=f"2026-11-20T10:00:0{n}Z") for n in (1, 3, 9)]


def test_a_side_chain_that_repeats_its_conversation_adds_nothing(tmp_path: Path) -> None:
    write(tmp_path / "one.jsonl", *CONVERSATION)
    write(tmp_path / "one" / "subagents" / "agent-1.jsonl", *SIDE_CHAIN, a_side_chain(50, message_id="msg_2"))
    import_paths(tmp_path)
    assert ids() == ["transcript:msg_1:req_1", "transcript:msg_2:req_again"]


def test_nor_does_it_in_one_file_or_in_a_later_import(tmp_path: Path) -> None:
    import_paths(write(tmp_path / "a.jsonl", *SIDE_CHAIN, *CONVERSATION))
    import_paths(write(tmp_path / "b.jsonl", *SIDE_CHAIN))
    assert ids() == ["transcript:msg_1:req_1"]


def test_where_the_side_chain_came_first_the_next_import_takes_it_back(tmp_path: Path) -> None:
    write(tmp_path / "b.jsonl", *SIDE_CHAIN)
    import_paths(tmp_path / "b.jsonl")
    write(tmp_path / "a.jsonl", *CONVERSATION)
    import_paths(tmp_path)
    assert ids() == ["transcript:msg_1:req_1"]
    assert CostRecord.objects.get().output_tokens == 9


def test_of_two_side_chains_that_repeat_each_other_one_stays(tmp_path: Path) -> None:
    lines = [answer(request_id=f"req_{n}", isSidechain=True) for n in (2, 1, 3)]
    for _ in range(3):
        import_paths(write(tmp_path / "a.jsonl", *lines))
        assert ids() == ["transcript:msg_1:req_2"]


def test_what_progress_lines_repeat_of_a_subagent_counts_once(tmp_path: Path) -> None:
    inner = {name: value for name, value in answer(isSidechain=True).items() if name != "sessionId"}
    progress = {"type": "progress", "sessionId": "one", "data": {"type": "agent_progress", "message": inner}}
    import_paths(write(tmp_path / "a.jsonl", progress))
    import_paths(write(tmp_path / "b.jsonl", answer(isSidechain=True)))
    assert ids() == ["transcript:msg_1:req_1"]
