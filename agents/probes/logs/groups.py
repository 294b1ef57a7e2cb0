"""Grouping messages that differ only in what changes from one time to the next."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agents.probes.logs.lines import RANK, Level
from agents.probes.wording import printable

LOOKED_AT = 1000  # characters of a message that make its pattern
PATTERN_LENGTH, EXAMPLE_LENGTH = 240, 500
MOST_SOURCES = 3

# Each alternative reads forward: bounded, or a class that its follower is not in. No line can make it slow.
VARIABLE = re.compile(
    r"""
      (?P<url>\b[a-z][a-z0-9+.-]{1,10}://[^\s"'<>)\]]+)
    | (?P<text>"[^"]*"|(?<!\w)'[^']{0,300}'(?!\w)|`[^`]*`)
    | (?P<time>\b(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?![\w:]))
    | (?P<uuid>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)
    | (?P<mac>\b[0-9a-f]{2}(?::[0-9a-f]{2}){5,19}\b)
    | (?P<ip>\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:]))
    | (?P<path>(?<![\w/.])~?/[\w.@%+=~-]+(?:/[\w.@%+=~-]*)*)
    | (?P<hex>\b0x[0-9a-f]+\b|(?<![^\W_])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{4,}(?![^\W_]))
    | (?P<n>(?<![a-z\d])\d+(?:[.,:]\d+)*|\d{3,})
    """,
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)


def pattern_of(message: str) -> str:
    """`message` with what varies replaced: "Failed password for root from <ip> port <n>"."""
    text = " ".join(printable(message, LOOKED_AT).split())
    return printable(VARIABLE.sub(lambda match: f"<{match.lastgroup}>", text), PATTERN_LENGTH)


@dataclass
class Group:
    pattern: str
    level: Level
    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    example: str = ""
    sources: list[str] = field(default_factory=list)

    def add(self, message: str, level: Level, at: datetime | None, source: str) -> None:
        self.count += 1
        self.level = min(self.level, level, key=lambda level: RANK[level])
        if at:
            self.first = min(self.first or at, at)
        if self.last is None or (at and at >= self.last):
            self.last, self.example = at, printable(message, EXAMPLE_LENGTH)
        if source not in self.sources and len(self.sources) < MOST_SOURCES:
            self.sources.append(source)

    @property
    def order(self) -> tuple[int, int, str]:
        return RANK[self.level], -self.count, self.pattern

    def as_row(self) -> dict[str, Any]:
        return {
            "pattern": self.pattern,
            "level": self.level,
            "count": self.count,
            "first_seen": self.first.isoformat() if self.first else None,
            "last_seen": self.last.isoformat() if self.last else None,
            "example": self.example,
            "sources": self.sources,
        }


class Digest:
    """Groups of at most `limit` patterns: past twice that, the rarest are forgotten, but still counted."""

    def __init__(self, limit: int = 2000) -> None:
        self._limit = limit
        self._groups: dict[str, Group] = {}
        self.totals: dict[str, int] = dict.fromkeys(RANK, 0)
        self.forgotten = 0

    def add(self, message: str, level: Level, at: datetime | None, source: str) -> None:
        self.totals[level] += 1
        pattern = pattern_of(message)
        if pattern not in self._groups:
            if len(self._groups) >= 2 * self._limit:
                self._forget()
            self._groups[pattern] = Group(pattern, level)
        self._groups[pattern].add(message, level, at, source)

    def groups(self) -> list[Group]:
        """The gravest first, then the most frequent."""
        return sorted(self._groups.values(), key=lambda group: group.order)

    def _forget(self) -> None:
        kept = sorted(self._groups.values(), key=lambda group: -group.count)[: self._limit]
        self.forgotten += len(self._groups) - len(kept)
        self._groups = {group.pattern: group for group in kept}


def describe_groups(rows: list[Mapping[str, Any]]) -> str:
    lines = []
    for row in rows:
        span = f"{row['first_seen']} to {row['last_seen']}" if row["first_seen"] else "no times"
        new = " (new)" if row.get("new") else ""
        lines.append(
            f"{row['count']:>6} × {row['level']}{new}: {row['pattern']}\n"
            f"         {span}; {', '.join(row['sources'])}\n"
            f"         e.g. {row['example']}"
        )
    return "\n".join(lines)
