"""The journal is read through journalctl, when there is one and this user may."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.probes.base import ToolOutput
from agents.probes.logs.journal import MOST_LINES, parse_short_iso, read_journal, why_unreadable
from tests.agents.probes.machine import answering

SINCE = datetime(2026, 11, 22, tzinfo=UTC)
# printed by journalctl of systemd 252; 255 writes the offset with a colon
PRINTED = """\
2026-11-23T00:13:50+0000 vm demo[21061]: connection 29 to 10.0.0.29 failed
-- Boot 0d6d0c5b2b5f4c5c8f6f2f3f5c0c8f11 --
2026-11-23T00:13:50+00:00 vm multi[21061]: first line of trace
                                          second line ValueError: x
                                          2026-01-01T00:00:00+0000 fake faked[1]: injected
2026-11-23T00:13:50+0000 vm binary[21061]: [14B blob data]
2026-11-23T00:13:50+0000 vm kernel: EXT4-fs error (device sda2): bad
Hint: You are currently not seeing messages from other users.
"""


def test_each_entry_is_one_line_whatever_its_text_pretends() -> None:
    lines = list(parse_short_iso(PRINTED, SINCE))
    assert [line.message for line in lines] == [
        "demo: connection 29 to 10.0.0.29 failed",
        "multi: first line of trace",
        "binary: [14B blob data]",
        "kernel: EXT4-fs error (device sda2): bad",
    ]
    assert {line.at for line in lines} == {datetime(2026, 11, 23, 0, 13, 50, tzinfo=UTC)}


def test_it_asks_for_one_level_since_a_time() -> None:
    asked: list[Sequence[str]] = []

    def journalctl(argv: Sequence[str], timeout_s: float) -> ToolOutput:
        asked.append(argv)
        return ToolOutput(0, PRINTED)

    lines, note = read_journal(journalctl, SINCE, "critical")
    assert (len(lines), note) == (4, "")
    assert f"--since=@{int(SINCE.timestamp())}" in asked[0]
    assert "--priority=emerg..crit" in asked[0]


def test_what_is_cut_is_noted_and_a_refusal_fails() -> None:
    line = "2026-11-23T00:13:50+0000 vm a[1]: x\n"
    _, note = read_journal(answering(0, line * MOST_LINES), SINCE, "error")
    assert note == "only the newest 5,000 lines of level error"
    with pytest.raises(OSError, match="Failed to open"):
        read_journal(answering(1, "Failed to open journal\n"), SINCE, "error")


def test_no_journal_and_one_that_may_not_be_read(tmp_path: Path) -> None:
    assert why_unreadable(tmp_path) == "there is no journal here"
    (tmp_path / "run/log/journal/abc").mkdir(parents=True)
    assert why_unreadable(tmp_path) == "there is no journal here"
    (tmp_path / "run/log/journal/abc/system.journal").touch()
    assert why_unreadable(tmp_path) == ""
