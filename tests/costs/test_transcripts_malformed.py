"""A line that is not in order is named, with what is wrong with it, and all others are imported."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from costs.models import CostRecord
from costs.transcripts.files import LONGEST_LINE
from tests.costs.transcript_files import (
    answer,
    as_bytes,
    assert_sums_hold,
    count_in,
    import_paths,
    usage,
    write,
)

pytestmark = pytest.mark.django_db

FULL = as_bytes(answer("msg_bad", "req_bad"))
HALF_A_CHARACTER = answer("msg_cut", "req_cut", toolUseResult="?")


def raw(old: str, new: str) -> bytes:
    assert old.encode() in FULL
    return FULL.replace(old.encode(), new.encode())


def bad(**changes: object) -> bytes:
    return as_bytes(answer("msg_bad", "req_bad", **changes))  # type: ignore[arg-type]


def bad_usage(**changes: object) -> bytes:
    return bad(usage={**usage(), **changes})


in_two_hours = (timezone.now() + timedelta(hours=2)).isoformat()
LINES = {
    "cut": (FULL[: len(FULL) // 2], "is no JSON"),
    "bad UTF-8": (raw("msg_bad", "msg").replace(b"msg", b"\xff\xfe"), "is no JSON"),
    "NULs": (b"\x00" * 50, "is no JSON"),
    "NUL in an id": (raw("msg_bad", "msg\\u0000"), "message.id holds what is no text"),
    "half a character in an id": (raw("msg_bad", "\\ud83d"), "message.id holds what is no text"),
    "half a character in usage": (bad_usage(x="?").replace(b"?", b"\\ud83d"), "message.usage"),
    "no object": (b"[1, 2]", "is no JSON object"),
    "a number": (b"12", "is no JSON object"),
    "two objects": (FULL + FULL, "is no JSON"),
    "nested": (b'{"type": "assistant", "message": ' + b"[" * 100_000, "is no JSON"),
    "nested, half a character": (b'{"a": "\\ud83d", "b": ' + b"[" * 100_000, "is no JSON"),
    "NaN": (b'{"a": "\\ud83d", "b": NaN}', "is no JSON"),
    "message is a list": (b'{"type": "assistant", "message": [1]}', "message is no object"),
    "message is text": (b'{"type": "assistant", "message": "hello"}', "message is no object"),
    "no model": (raw('"model"', '"mode"'), "message.model is missing"),
    "model is a number": (bad(model=5), "message.model is no text"),
    "long model": (bad(model="m" * 101), "message.model is longer than 100 characters"),
    "id is a number": (raw('"msg_bad"', "7"), "message.id is no text"),
    "long id": (raw("msg_bad", "m" * 1001), "message.id is longer"),
    "requestId is a list": (raw('"req_bad"', "[]"), "requestId is no text"),
    "no id": (as_bytes(answer(None, None, uuid=None)), "neither message.id nor requestId"),
    "usage is a list": (bad(usage=[1]), "message.usage is no object"),
    "usage is true": (bad(usage=True), "message.usage is no object"),
    "large usage": (bad_usage(notes="n" * 70_000), "larger than 65536 bytes"),
    "negative": (bad_usage(output_tokens=-1), "output_tokens: must be from 0 to 2^63 - 1"),
    "2^63": (bad_usage(input_tokens=2**63), "input_tokens: must be from 0 to 2^63 - 1"),
    "2^63 - 1": (bad_usage(input_tokens=2**63 - 1), "usage: the counts add up to more than 2^63 - 1"),
    "2^62": (bad_usage(input_tokens=2**62), "more than any request can use"),
    "2^70": (bad_usage(input_tokens=2**70), "input_tokens: must be a whole number"),
    "text": (bad_usage(output_tokens="100"), "output_tokens: must be a whole number"),
    "half a token": (bad_usage(output_tokens=1.5), "output_tokens: must be a whole number"),
    "split": (bad_usage(cache_creation=[]), "cache_creation: must be an object"),
    "iterations": (bad_usage(iterations=[{"input_tokens": 1}]), "iterations[0].type: is missing"),
    "searches": (bad_usage(server_tool_use={"web_search_requests": 2**40}), "more than any request can use"),
    "no time": (bad(timestamp=None), "timestamp is missing"),
    "time is a number": (bad(timestamp=1763632800), "timestamp is no text"),
    "no such time": (bad(timestamp="2026-02-30T10:00:00Z"), "timestamp is no time of ISO 8601"),
    "naive": (bad(timestamp="2026-11-20T10:00:00"), "timestamp has no time zone"),
    "future": (bad(timestamp=in_two_hours), "timestamp is in the future"),
    "far future": (bad(timestamp="9999-12-31T23:59:59-23:59"), "timestamp is in the future"),
    "past": (bad(timestamp="0001-01-01T00:00:00+23:59"), "timestamp is before 2023"),
    "too long": (b'"' + b"x" * LONGEST_LINE + b'"', f"at most {LONGEST_LINE} are read"),
}


@pytest.mark.parametrize("name", LINES)
def test_a_bad_line_is_named_and_the_others_are_imported(tmp_path: Path, name: str) -> None:
    line, reason = LINES[name]
    file = write(tmp_path / "a.jsonl", answer("msg_1", "req_1"), line, answer("msg_2", "req_2"))
    said = import_paths(file)
    assert f"{file}:2: " in said
    assert reason in said
    assert "Traceback" not in said
    assert (count_in(said, "malformed"), count_in(said, "lines")) == ("1", "3")
    assert sorted(CostRecord.objects.values_list("request_id", flat=True)) == [
        "transcript:msg_1:req_1",
        "transcript:msg_2:req_2",
    ]
    assert_sums_hold()


def test_the_last_line_of_a_file_still_written_to(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(as_bytes(answer()) + b"\n" + FULL[:-20])
    said = import_paths(file)
    assert f"{file}:2: is no JSON" in said
    assert "(the file ends in the middle of it: is it still written to?)" in said
    file.write_bytes(as_bytes(answer()) + b"\n" + FULL)
    assert count_in(import_paths(file), "records added") == "1"


@pytest.mark.parametrize("line", [HALF_A_CHARACTER, {**HALF_A_CHARACTER, "x": [2**80, 1.5, "\x00"]}])
def test_what_stands_elsewhere_in_a_line_does_not_matter(tmp_path: Path, line: dict[str, object]) -> None:
    said = import_paths(write(tmp_path / "a.jsonl", json.dumps(line).replace("?", "\\ud83d").encode()))
    assert (count_in(said, "records added"), count_in(said, "malformed")) == ("1", "0")


def test_nul_in_usage_is_taken_out(tmp_path: Path) -> None:
    import_paths(write(tmp_path / "a.jsonl", answer(usage=usage(note="a\x00b"))))
    assert CostRecord.objects.get().usage["note"] == "ab"


def test_the_first_complaints_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    said = import_paths(write(tmp_path / "a.jsonl", *[b"{\x1b[31m"] * 50, answer()))
    assert said.count("is no JSON") == 20
    assert "and 30 more malformed lines" in said
    assert "\x1b" not in said


def test_blank_lines_and_windows_and_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(
        b"\xef\xbb\xbf" + as_bytes(answer()) + b"\r\n\r\n \n" + as_bytes(answer("msg_2", "req_2"))
    )
    said = import_paths(file)
    assert (count_in(said, "records added"), count_in(said, "malformed"), count_in(said, "lines")) == (
        "2",
        "0",
        "2",
    )
