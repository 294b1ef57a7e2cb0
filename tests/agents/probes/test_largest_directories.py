"""What takes the room is measured as it lies on disk, within a budget, and stays on its file system."""

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agents.probes.largest_directories import (
    LargestDirectories,
    LargestDirectoriesParams,
    choose_roots,
    choose_telling,
    roll_up,
)
from agents.stopping import Stop, StopReason
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine

KIB = 1024


def write(path: Path, kib: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(kib * KIB))
    return path


def look(*paths: Path, stop: Stop | None = None, **params: Any) -> dict[str, Any]:
    given = LargestDirectoriesParams(paths=[str(path) for path in paths], **params)
    return LargestDirectories().collect(given, on_this_machine(stop=stop)).data


def sizes(data: dict[str, Any]) -> dict[str, int]:
    return {row["path"]: row["bytes"] for row in data["directories"]}


def test_directories_are_summed_with_what_lies_below(tmp_path: Path) -> None:
    write(tmp_path / "a/one", 400)
    write(tmp_path / "a/deep/er/two", 300)
    write(tmp_path / "b/three", 100)
    data = look(tmp_path, depth=2)
    found = sizes(data)
    assert next(iter(found)) == f"{tmp_path}/a"
    assert 700 * KIB <= found[f"{tmp_path}/a"] < 800 * KIB
    assert 300 * KIB <= found[f"{tmp_path}/a/deep"] < 350 * KIB
    assert [row["path"] for row in data["files"]][:2] == [f"{tmp_path}/a/one", f"{tmp_path}/a/deep/er/two"]
    assert not data["cut"]


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    first = write(tmp_path / "a/file", 500)
    (tmp_path / "b").mkdir()
    os.link(first, tmp_path / "b/same")
    assert look(tmp_path)["total_bytes"] < 600 * KIB


def test_what_is_not_on_disk_does_not_count(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(10 << 30)
    (tmp_path / "link").symlink_to("/usr")
    assert look(tmp_path)["total_bytes"] < 100 * KIB


def test_another_file_system_is_not_entered(tmp_path: Path) -> None:
    data = look(Path("/"), other_disks=False, max_entries=100_000)
    assert not any(path.startswith(("/proc", "/sys")) for path in sizes(data))
    assert not any(row["path"].startswith("/proc") for row in data["files"])


def test_a_budget_of_entries_cuts_and_says_so(tmp_path: Path) -> None:
    for n in range(300):
        (tmp_path / f"f{n}").touch()
    data = look(tmp_path, max_entries=100)
    assert data["cut"] == "stopped after 100 entries"
    result = LargestDirectories().collect(
        LargestDirectoriesParams(paths=[str(tmp_path)], max_entries=100), on_this_machine()
    )
    assert "lower bounds" in result.text


def test_a_stop_ends_the_walk(tmp_path: Path) -> None:
    for n in range(600):
        (tmp_path / f"f{n}").touch()
    stop = Stop()
    stop.request(StopReason.CANCELLED)
    data = look(tmp_path, stop=stop)
    assert data["cut"] == "stopped on request"
    assert data["entries"] < 600


def test_names_of_any_bytes_can_be_told(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/bad\xff\x1b[31m\nname"
    os.mkdir(name)  # noqa: PTH102
    Path(os.fsdecode(name + b"/file")).write_bytes(os.urandom(64 * KIB))
    data = look(tmp_path)
    assert f"{tmp_path}/bad\ufffd name" in sizes(data)
    text = "".join(row["path"] for row in data["files"])
    assert text.encode()
    assert "\x1b" not in text


def test_paths_within_one_another_count_once(tmp_path: Path) -> None:
    write(tmp_path / "a/file", 300)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert choose_roots([str(tmp_path), str(tmp_path / "a"), str(tmp_path / "link")]) == [str(tmp_path)]
    assert look(tmp_path, tmp_path / "a")["total_bytes"] < 400 * KIB


def test_what_is_not_there_is_skipped(tmp_path: Path) -> None:
    given = LargestDirectoriesParams(paths=[str(tmp_path / "absent")])
    assert "there is no directory" in LargestDirectories().collect(given, on_this_machine()).skipped
    write(tmp_path / "a/file", 100)
    assert look(tmp_path / "absent", tmp_path)["paths"] == [str(tmp_path)]


def test_a_directory_that_one_inner_one_explains_is_left_out() -> None:
    totals = roll_up({"/r": 1, "/r/a": 1, "/r/a/big": 90, "/r/b": 40, "/r/b/x": 20, "/r/b/y": 20}, ["/r"])
    assert totals["/r"] == 172
    assert choose_telling(totals, ["/r"]) == [("/r/a/big", 90), ("/r/b", 80), ("/r/b/x", 20), ("/r/b/y", 20)]


def test_progress_is_told_through_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.probes.disk_walk.REPORT_SECONDS", 0.0)
    for n in range(600):
        (tmp_path / f"f{n}").touch()
    messages: list[str] = []
    given = LargestDirectoriesParams(paths=[str(tmp_path)])
    LargestDirectories().collect(given, on_this_machine(log=messages.append))
    assert messages[0].startswith("256 entries looked at")


@pytest.mark.parametrize(
    "params", [{"paths": ["relative"]}, {"paths": []}, {"paths": ["/a\x00"]}, {"depth": 0}]
)
def test_bad_parameters_are_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LargestDirectoriesParams(**params)


def test_it_finds_nothing_graver_than_info(tmp_path: Path) -> None:
    write(tmp_path / "a/file", 100)
    findings = LargestDirectories().assess(look(tmp_path), Thresholds())
    assert [f.severity for f in findings] == ["info"]
