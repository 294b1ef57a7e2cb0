"""Named log files: only their ends, only what is new enough, and whatever bytes they hold."""

import gzip
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agents.probes.log_patterns import LogPatterns, LogPatternsParams
from agents.probes.logs.files import read_tail
from agents.probes.logs.stamps import machine_zone
from agents.stopping import Stop, StopReason
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine


def ago(**delta: float) -> str:
    return (datetime.now(UTC) - timedelta(**delta)).isoformat(timespec="seconds")


def look(*files: Path | str, previous: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
    given = LogPatternsParams(files=[str(file) for file in files], **params)
    result = LogPatterns().collect(given, on_this_machine(previous=previous))
    assert not result.skipped, result.skipped
    return result.data


def patterns(data: dict[str, Any]) -> list[tuple[str, int]]:
    return [(row["pattern"], row["count"]) for row in data["groups"]]


def test_errors_are_grouped_with_count_first_and_last(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    first, last = ago(hours=3), ago(hours=1)
    log.write_text(
        f"{first} ERROR lost 5 packets from 10.0.0.1\n"
        f"{ago(hours=2)} INFO fine\n"
        f"{last} ERROR lost 9 packets from 10.0.0.2\n"
    )
    (row,) = look(log)["groups"]
    assert (row["pattern"], row["count"]) == ("ERROR lost <n> packets from <ip>", 2)
    assert (row["first_seen"], row["last_seen"]) == (first, last)
    assert row["example"] == "ERROR lost 9 packets from 10.0.0.2"
    assert row["sources"] == [str(log)]


def test_what_is_too_old_does_not_count(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(f"{ago(hours=30)} ERROR old\n{ago(hours=1)} ERROR new\n")
    assert patterns(look(log)) == [("ERROR new", 1)]
    assert patterns(look(log, since_hours=48)) == [("ERROR new", 1), ("ERROR old", 1)]
    then = time.time() - 90_000
    os.utime(log, (then, then))
    data = look(log)
    assert data["count"] == 0
    assert data["notes"] == [f"{log}: not written to since"]


def test_syslog_stamps_are_in_the_machines_zone(tmp_path: Path) -> None:
    log = tmp_path / "syslog"
    stamp = (datetime.now(machine_zone()) - timedelta(minutes=30)).strftime("%b %e %H:%M:%S")
    log.write_text(f"{stamp} host app[7]: error: x\n")
    (row,) = look(log, since_hours=1)["groups"]
    assert row["pattern"] == "app: error: x"
    assert look(log, since_hours=0.25)["count"] == 0


def test_the_rest_of_an_entry_belongs_to_it(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(
        f"{ago(hours=30)} ERROR old\nTraceback (most recent call last):\n  File error.py\nOldError: x\n"
        f"{ago(hours=1)} ERROR new\nTraceback (most recent call last):\n  raise failed\nNewError: y\n"
    )
    assert patterns(look(log)) == [("ERROR new", 1), ("NewError: y", 1)]


def test_levels_words_and_noise_are_chosen(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("ERROR disk A\nERROR net B\nWARNING disk C\nCRITICAL disk D\n")
    assert [pattern for pattern, _ in patterns(look(log, levels=["error"]))] == [
        "ERROR disk A",
        "ERROR net B",
    ]
    assert [pattern for pattern, _ in patterns(look(log, contains=["DISK"]))] == [
        *("CRITICAL disk D", "ERROR disk A", "WARNING disk C")
    ]
    assert [pattern for pattern, _ in patterns(look(log, ignore=["disk a", "net"]))] == [
        *("CRITICAL disk D", "WARNING disk C")
    ]


def test_only_the_end_of_a_huge_file_is_read(tmp_path: Path) -> None:
    log = tmp_path / "huge.log"
    with log.open("wb") as file:
        file.truncate(50 << 30)  # sparse: nobody reads 50 GiB of NULs in a second
        file.seek(0, os.SEEK_END)
        file.write(b"\nERROR at the end\n")
    began = time.monotonic()
    data = look(log, max_bytes_per_file=1 << 20)
    assert time.monotonic() - began < 5
    assert patterns(data) == [("ERROR at the end", 1)]
    assert "only the last 1,048,576 of 53,687,091,218 bytes" in data["notes"][0]


def test_a_tail_begins_with_a_whole_line(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("first error line\nsecond error line\n")
    assert list(read_tail(str(log), 20).lines()) == ["second error line"]
    assert list(read_tail(str(log), 1000).lines()) == ["first error line", "second error line"]


def test_any_bytes_can_be_read(tmp_path: Path) -> None:
    log = tmp_path / "bad.log"
    log.write_bytes(
        b"ERROR \x00\x00nul\n\xff\xfe ERROR utf8 \xc3\n\x1b[31mERROR red\x1b[0m\r\nERROR "
        + b"x" * 3_000_000
        + b"\n"
    )
    data = look(log)
    assert data["count"] == 4
    assert [pattern for pattern, _ in patterns(data)][:2] == ["ERROR nul", "ERROR red"]
    assert all(len(row["example"]) <= 500 for row in data["groups"])


def test_a_packed_file_is_unpacked_within_bounds(tmp_path: Path) -> None:
    log = tmp_path / "app.log.1.gz"
    log.write_bytes(gzip.compress(b"ERROR first\n" + b"fine\n" * 200_000 + b"ERROR last\n"))
    assert patterns(look(log)) == [("ERROR first", 1), ("ERROR last", 1)]
    cut = look(log, max_bytes_per_file=100_000)
    assert patterns(cut) == [("ERROR last", 1)]
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(bytes(200 << 20)))
    began = time.monotonic()
    assert "were unpacked" in look(bomb, max_bytes_per_file=1 << 20)["notes"][0]
    assert time.monotonic() - began < 5


def test_a_damaged_packed_file_is_a_note(tmp_path: Path) -> None:
    whole = gzip.compress(b"ERROR early\n" + os.urandom(200_000))
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "no.gz").write_bytes(b"ERROR not packed at all")
    data = look(tmp_path / "*.gz")
    assert ("ERROR early", 1) in patterns(data)
    assert sum("damaged" in note for note in data["notes"]) == 2


def test_globs_excludes_and_what_is_no_file(tmp_path: Path) -> None:
    for name in ("a.log", "b.log", "c.txt"):
        (tmp_path / name).write_text(f"ERROR in {name}\n")
    os.mkfifo(tmp_path / "pipe.log")
    (tmp_path / "dir.log").mkdir()
    data = look(tmp_path / "*.log", tmp_path / "a.log", tmp_path / "absent*", exclude=[f"{tmp_path}/b*"])
    assert data["sources"] == [f"{tmp_path}/a.log"]
    assert data["notes"] == [f"{tmp_path}/absent*: no such file"]
    few = look(tmp_path / "*", max_files=1)
    assert few["notes"] == ["only the first 1 of 3 files were read"]


def test_a_pipe_does_not_hold_it_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        read_tail(str(tmp_path / "pipe"), 1000)


def test_without_any_file_it_is_skipped(tmp_path: Path) -> None:
    given = LogPatternsParams(files=[f"{tmp_path}/absent.log"])
    result = LogPatterns().collect(given, on_this_machine())
    assert result.skipped == f"none of the files can be read: {tmp_path}/absent.log: no such file"


def test_a_stop_and_a_time_limit_end_the_reading(tmp_path: Path) -> None:
    log = tmp_path / "long.log"
    log.write_text("ERROR something that is wrong with 12 things\n" * 200_000)
    stop = Stop()
    stop.request(StopReason.CANCELLED)
    given = LogPatternsParams(files=[str(log)])
    assert LogPatterns().collect(given, on_this_machine(stop=stop)).skipped
    data = look(log, max_seconds=0.1, max_bytes_per_file=64 << 20)
    assert 0 < data["lines"] < 200_000
    assert "for want of time" in data["notes"][0]


def test_what_no_earlier_run_has_seen_is_new(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("ERROR one 1\n")
    first = look(log)
    assert first["new_patterns"] == 0  # nothing to compare with
    log.write_text("ERROR one 2\nERROR two\n")
    second = look(log, previous=first)
    assert [(row["pattern"], row["new"]) for row in second["groups"]] == [
        *(("ERROR one <n>", False), ("ERROR two", True))
    ]
    log.write_text("ERROR two\nERROR one 3\n")
    assert look(log, previous=look(log, previous=second))["new_patterns"] == 0
    assert look(log, tmp_path / "*.log", previous=second)["new_patterns"] == 0  # another question


@pytest.mark.parametrize(
    "params",
    [
        *({"files": ["relative.log"]}, {"levels": []}, {"levels": ["info"]}, {"since_hours": 0}),
        *({"max_bytes_per_file": 1 << 40}, {"contains": [""]}, {"files": ["/a"] * 51}, {"regex": "(a+)+"}),
    ],
)
def test_bad_parameters_are_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LogPatternsParams(**params)


def test_a_quiet_log_has_no_finding(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(f"{ago(hours=1)} INFO fine\n")
    assert LogPatterns().assess(look(log), Thresholds()) == []
