"""What could go is found and measured, and everything is still there afterwards."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from agents.probes.cleanup_candidates import CleanupCandidates, CleanupCandidatesParams
from agents.probes.docker_usage import parse_amount
from system.thresholds import Thresholds
from tests.agents.probes.machine import answering, no_such_tool, on_this_machine

KIB = 1024
DAY = 86400
# printed by Docker 28
DOCKER = """\
{"Active":"2","Reclaimable":"3.21GB (68%)","Size":"4.7GB","TotalCount":"14","Type":"Images"}
{"Active":"2","Reclaimable":"0B (0%)","Size":"63B","TotalCount":"2","Type":"Containers"}
{"Active":"1","Reclaimable":"812.5MB (40%)","Size":"2GB","TotalCount":"6","Type":"Local Volumes"}
{"Active":"0","Reclaimable":"1.05GB","Size":"1.05GB","TotalCount":"88","Type":"Build Cache"}
"""


def write(path: Path, kib: int, days_old: float = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(kib * KIB))
    then = time.time() - days_old * DAY
    os.utime(path, (then, then))


def look(root: Path, tools: Any = no_such_tool, **params: Any) -> dict[str, Any]:
    probe = CleanupCandidates(root, homes=[str(root / "home/ann")])
    given = CleanupCandidatesParams(**{"min_bytes": 1, **params})
    return probe.collect(given, on_this_machine(tools=tools)).data


def sizes(data: dict[str, Any]) -> dict[str, int]:
    return {row["what"]: row["bytes"] for row in data["candidates"]}


def test_package_caches_trash_and_caches_are_found(tmp_path: Path) -> None:
    write(tmp_path / "var/cache/apt/archives/x.deb", 300)
    write(tmp_path / "home/ann/.local/share/Trash/files/old.iso", 200)
    write(tmp_path / "home/ann/.cache/pip/wheel", 100)
    write(tmp_path / "var/log/journal/abc/system.journal", 400)
    data = look(tmp_path)
    home = tmp_path / "home/ann"
    assert list(sizes(data)) == [
        "Journal of systemd",
        "Package cache of apt",
        f"Trash of {home}",
        f"Caches of {home}",
    ]
    assert sizes(data)["Package cache of apt"] == 300 * KIB
    assert data["total_bytes"] == 1000 * KIB
    apt = data["candidates"][1]
    assert (apt["path"], apt["command"]) == (f"{tmp_path}/var/cache/apt/archives", "apt-get clean")
    assert apt["advice"]


def test_only_old_logs_that_are_rotated_count(tmp_path: Path) -> None:
    write(tmp_path / "var/log/syslog.2.gz", 100, days_old=40)
    write(tmp_path / "var/log/nginx/access.log.1", 50, days_old=40)
    write(tmp_path / "var/log/syslog.1", 100, days_old=2)
    write(tmp_path / "var/log/quiet.log", 100, days_old=90)
    assert sizes(look(tmp_path)) == {"Rotated logs older than 30 days": 152 * KIB}


def test_a_large_live_log_is_named(tmp_path: Path) -> None:
    write(tmp_path / "var/log/we ird.log", 3 * KIB)
    write(tmp_path / "var/log/journal/abc/system.journal", 4 * KIB)
    data = look(tmp_path, big_log_bytes=1 << 20)
    row = next(row for row in data["candidates"] if row["what"] == "Large log we ird.log")
    assert row["command"] == f"truncate --size=0 -- '{tmp_path}/var/log/we ird.log'"
    assert len(data["candidates"]) == 2  # the journal is its own matter


def test_fresh_temporary_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "tmp/fresh", 100)
    write(tmp_path / "var/tmp/written-long-ago-but-renamed-today", 100, days_old=100)
    assert sizes(look(tmp_path)) == {}


def test_small_things_are_not_worth_a_line(tmp_path: Path) -> None:
    write(tmp_path / "var/cache/apt/archives/x.deb", 300)
    assert sizes(look(tmp_path, min_bytes=1 << 20)) == {}


def test_docker_says_what_it_could_give_back(tmp_path: Path) -> None:
    data = look(tmp_path, answering(0, DOCKER))
    assert sizes(data) == {
        "Docker: images": 3_210_000_000,
        "Docker: build cache": 1_050_000_000,
        "Docker: local volumes": 812_500_000,
    }
    volumes = data["candidates"][2]
    assert volumes["command"] == "docker volume ls --filter dangling=true"  # it may hold data: look first


def test_docker_that_does_not_run_is_a_note(tmp_path: Path) -> None:
    data = look(
        tmp_path, answering(1, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n")
    )
    assert data["notes"] == [
        "docker was not asked: Cannot connect to the Docker daemon at unix:///var/run/docker.sock."
    ]

    def slow(argv: Any, timeout_s: float) -> Any:
        raise TimeoutError("docker took more than 20 s")

    assert "took more than" in look(tmp_path, slow)["notes"][0]
    assert look(tmp_path, no_such_tool)["notes"] == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0B", 0),
        ("1.5kB (3%)", 1500),
        ("2TB", 2 * 10**12),
        ("12 MB", 12_000_000),
        ("N/A", None),
        ("", None),
        ("1XB", None),
    ],
)
def test_dockers_amounts(text: str, amount: int | None) -> None:
    assert parse_amount(text) == amount


def test_nothing_is_removed(tmp_path: Path) -> None:
    write(tmp_path / "var/cache/apt/archives/x.deb", 300)
    write(tmp_path / "var/log/syslog.2.gz", 100, days_old=400)
    write(tmp_path / "tmp/old", 100, days_old=400)
    before = {str(path): path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
    look(tmp_path, temporary_days=1, log_days=1)
    assert {str(path): path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_each_candidate_is_an_info_with_its_command(tmp_path: Path) -> None:
    write(tmp_path / "var/cache/apt/archives/x.deb", 300)
    (finding,) = CleanupCandidates().assess(look(tmp_path), Thresholds())
    assert (finding.title, finding.severity, finding.command) == (
        "Package cache of apt: 300 KiB",
        "info",
        "apt-get clean",
    )


def test_a_path_that_cannot_be_shown_gets_no_command(tmp_path: Path) -> None:
    write(tmp_path / "var/log/bad\x1b[2Jname.log", 3 * KIB)
    data = look(tmp_path, big_log_bytes=1 << 20)
    assert [row["command"] for row in data["candidates"]] == [None]
