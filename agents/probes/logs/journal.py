"""Reading systemd's journal through journalctl."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from agents.probes.base import ToolOutput
from agents.probes.logs.lines import Level, split_syslog
from agents.probes.logs.stamps import find_stamp

DIRECTORIES = ("var/log/journal", "run/log/journal")
PRIORITIES: dict[Level, str] = {"critical": "emerg..crit", "error": "err..err", "warning": "warning..warning"}
MOST_LINES = 5000
TOOL_SECONDS = 20.0


@dataclass(frozen=True)
class JournalLine:
    at: datetime
    message: str


def why_unreadable(root: Path = Path("/")) -> str:
    """Why there is no journal to read here, or "" when there is one."""
    files = chain.from_iterable((root / directory).glob("*/system*.journal") for directory in DIRECTORIES)
    found = False
    for file in files:
        found = True
        try:
            with file.open("rb"):
                return ""
        except PermissionError:
            continue
        except OSError:
            continue
    return (
        "this user may not read the journal (its group is systemd-journal)"
        if found
        else "there is no journal here"
    )


def read_journal(
    run_tool: Callable[[Sequence[str], float], ToolOutput], since: datetime, level: Level
) -> tuple[list[JournalLine], str]:
    """The newest lines of one level, oldest first, and a note of what was cut."""
    argv = [
        *("journalctl", "--quiet", "--no-pager", "--output=short-iso", f"--lines={MOST_LINES}"),
        *(f"--since=@{int(since.timestamp())}", f"--priority={PRIORITIES[level]}"),
    ]
    output = run_tool(argv, TOOL_SECONDS)
    if output.exit_code:
        raise OSError(f"journalctl: {output.text.strip()[:200] or output.exit_code}")
    lines = list(parse_short_iso(output.text, since))
    return lines, f"only the newest {MOST_LINES:,} lines of level {level}" if len(lines) >= MOST_LINES else ""


def parse_short_iso(text: str, now: datetime) -> Iterator[JournalLine]:
    """One for each entry. Further lines of an entry are indented; "-- Boot …" stands between starts."""
    for line in text.splitlines():
        if line.startswith((" ", "-- ")):
            continue
        stamp = find_stamp(line, now)
        if stamp is None:
            continue
        rest = line[stamp.end :]
        head = split_syslog(rest)
        yield JournalLine(stamp.at, f"{head[0]}: {head[1]}" if head else rest.strip())
