"""From where the log lies to groups of its errors: the journal, or files."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agents.probes.base import ProbeContext
from agents.probes.logs.files import expand, fixed_part, read_tail
from agents.probes.logs.groups import Digest
from agents.probes.logs.journal import read_journal
from agents.probes.logs.lines import Level, parse_line
from agents.probes.logs.stamps import machine_zone
from agents.probes.mounts import ReachableDisks
from agents.probes.wording import printable
from agents.stopping import Stop

SYSTEM_LOGS = ("/var/log/syslog", "/var/log/messages", "/var/log/kern.log", "/var/log/system.log")
CONTINUED = (" ", "\t")
STOP_CHECK_LINES = 500
MOST_NOTES = 20


@dataclass(frozen=True)
class Wanted:
    """Which entries count. Of `contains`, if given, one must stand in the message; of `ignore` none may."""

    since: datetime
    now: datetime
    levels: Sequence[Level]
    contains: Sequence[str] = ()
    ignore: Sequence[str] = ()

    @classmethod
    def last_hours(
        cls, hours: float, levels: Sequence[Level], contains: Sequence[str] = (), ignore: Sequence[str] = ()
    ) -> "Wanted":
        now = datetime.now(machine_zone())
        lowered = [[word.lower() for word in words] for words in (contains, ignore)]
        return cls(now - timedelta(hours=hours), now, levels, *lowered)

    def takes(self, message: str) -> bool:
        text = message.lower()
        if self.contains and not any(word in text for word in self.contains):
            return False
        return not any(word in text for word in self.ignore)


@dataclass(frozen=True)
class Bounds:
    """How much is read of each file, of how many files, and for how long in all."""

    max_bytes: int
    max_files: int
    max_seconds: float


@dataclass
class LogReading:
    """What was read. `sources` are the journal or files that could be read, `notes` what was not."""

    digest: Digest = field(default_factory=Digest)
    sources: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: int = 0

    def note(self, *notes: str) -> None:
        kept = [printable(note) for note in notes if note]
        self.notes = [*self.notes, *kept][:MOST_NOTES]


def read_from_journal(wanted: Wanted, context: ProbeContext) -> LogReading:
    """FileNotFoundError where there is no journalctl."""
    reading = LogReading(sources=["journal"])
    for level in wanted.levels:
        if context.stop.is_set():
            break
        lines, note = read_journal(context.run_tool, wanted.since, level)
        reading.note(note)
        reading.lines += len(lines)
        for line in lines:
            if wanted.takes(line.message):
                reading.digest.add(line.message, level, line.at, "journal")
    return reading


def read_from_files(
    patterns: Sequence[str],
    wanted: Wanted,
    context: ProbeContext,
    bounds: Bounds,
    exclude: Sequence[str] = (),
) -> LogReading:
    """A file that cannot be read is a note, and so is a pattern that matches none."""
    reading = LogReading()
    disks = ReachableDisks(context.run_tool)
    reachable = [pattern for pattern in patterns if disks.holds(fixed_part(pattern))]
    paths, notes = expand(reachable, exclude, bounds.max_files)
    reading.note(
        *notes, *(f"{pattern}: its disk does not answer" for pattern in patterns if pattern not in reachable)
    )
    pace = _Pace(context.stop, time.monotonic() + bounds.max_seconds)
    for path in paths:
        if pace.is_over():
            reading.note(f"stopped before {path}, after {bounds.max_seconds:g} s")
            break
        try:
            if os.stat(path).st_mtime >= wanted.since.timestamp():  # noqa: PTH116
                _read_file(path, wanted, pace, reading, bounds.max_bytes)
            else:
                reading.note(f"{path}: not written to since")
        except OSError as error:
            reading.note(f"{path}: {error.strerror or error}")
        else:
            reading.sources.append(printable(path))
    return reading


@dataclass(frozen=True)
class _Pace:
    stop: Stop
    until: float

    def is_over(self) -> bool:
        return self.stop.is_set() or time.monotonic() > self.until


def _read_file(path: str, wanted: Wanted, pace: _Pace, reading: LogReading, max_bytes: int) -> None:
    tail = read_tail(path, max_bytes)
    reading.note(f"{path}: {tail.note}" if tail.note else "")
    source = printable(path)
    at: datetime | None = None
    for number, text in enumerate(tail.lines()):
        if number % STOP_CHECK_LINES == STOP_CHECK_LINES - 1 and pace.is_over():
            reading.note(f"{path}: only the first {number:,} of its lines, for want of time")
            return
        reading.lines += 1
        if not text or (number and text.startswith(CONTINUED)):
            continue  # the rest of an entry of several lines
        line = parse_line(text, wanted.now)
        at = line.at or at  # an entry without a time belongs to the one before it
        if line.level not in wanted.levels or line.level is None or (at and at < wanted.since):
            continue
        if wanted.takes(line.message):
            reading.digest.add(line.message, line.level, at, source)
