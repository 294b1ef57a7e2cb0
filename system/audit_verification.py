"""Reading the audit's chain from its beginning: what was edited, removed, put in or exchanged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db.models import F

from system.alerts import raise_alert, resolve_alert
from system.audit_chain import COVERED, digest_of
from system.audit_retention import PRUNED
from system.counters import counted
from system.models import AuditEntry, Severity
from system.models.audit import BEGINNING
from system.wire_columns import TimeText

PORTION = 2000
TOLD = 10
SUBJECT = "audit"


@dataclass(frozen=True)
class Head:
    """The last entry that is to be there: noted elsewhere, it tells whether everything was made anew."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


@dataclass
class Verdict:
    """`problems` name the entries by number; `head` is the last entry there is."""

    entries: int = 0
    head: Head = field(default_factory=lambda: Head(0, BEGINNING))
    problems: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.problems


def verify_audit(noted: Head | None = None) -> Verdict:
    """Of one moment, while others may go on writing. `noted` is an earlier head that must still be in it."""
    written = _count_written()  # before the entries: later ones are no surprise
    return _Reading(noted).read(_entries(), written)


def verify_nightly(now: datetime) -> str:
    """For the job: what came of it, head and all. Raises an alert, once for each state it finds."""
    verdict = verify_audit()
    if verdict.holds:
        resolve_alert(SUBJECT, title="The audit log holds again")
        return f"{verdict.entries} entries hold. Head: {verdict.head}"
    raise_alert(
        kind="audit-broken",
        key=f"audit-broken:{now:%Y-%m-%d}",
        severity=Severity.CRITICAL,
        title="The audit log was changed",
        detail="\n".join(verdict.problems[:TOLD]),
        subject=SUBJECT,
    )
    return f"It does not hold: {len(verdict.problems)} problems. {verdict.problems[0]}"


def _count_written() -> int:
    """The triggers of the table count (system.append_only)."""
    return sum(value for _, value in counted(AuditEntry._meta.db_table))


def _entries() -> Iterator[tuple[Any, ...]]:
    """Times as text: one that was made nonsense is then only another text."""
    columns = [TimeText("at") if name == "at" else F(name) for name in COVERED]
    rows = AuditEntry.objects.order_by("id").values_list(*columns, "digest")
    return rows.iterator(chunk_size=PORTION)


class _Reading:
    def __init__(self, noted: Head | None) -> None:
        self._noted = noted
        self._verdict = Verdict()
        self._first: tuple[int, str] | None = None  # the number and `previous` of the first entry
        self._anchors: list[tuple[Any, Any]] = []

    def read(self, entries: Iterable[tuple[Any, ...]], written: int) -> Verdict:
        for *values, digest in entries:
            self._read_entry(dict(zip(COVERED, values, strict=True)), values, digest)
        self._check_beginning()
        self._check_end(written)
        return self._verdict

    def _say(self, problem: str) -> None:
        self._verdict.problems.append(problem)

    def _read_entry(self, entry: dict[str, Any], values: list[Any], digest: str) -> None:
        verdict, number, previous = self._verdict, entry["id"], entry["previous"]
        is_whole = digest_of(values) == digest
        if not is_whole:
            self._say(f"Entry {number} ({entry['action']}) was edited, or put in: its digest is not its own.")
        if self._first is None:
            self._first = (number, previous)
        elif number != verdict.head.number + 1:
            self._say(_missing(verdict.head.number + 1, number - 1))
        elif previous != verdict.head.digest:
            self._say(f"Entry {number} does not follow from entry {verdict.head.number}: one was exchanged.")
        if is_whole and entry["action"] == PRUNED:
            self._anchors.append(_anchor_in(entry["changes"]))
        if self._noted and self._noted.number == number and self._noted.digest != digest:
            self._say(f"Entry {number} is not the one that was noted: the chain was made anew.")
        verdict.entries += 1
        verdict.head = Head(number, digest)

    def _check_beginning(self) -> None:
        """The first entry there is follows nothing, or what a retention that is on record has removed."""
        if self._first is None:
            return
        number, previous = self._first
        if number == 1:
            if previous != BEGINNING:
                self._say("Entry 1 follows something that came before it.")
        elif (number - 1, previous) not in self._anchors:
            self._say(f"{_missing(1, number - 1)[:-1]}, and no retention has put on record that it did it.")

    def _check_end(self, written: int) -> None:
        last = self._verdict.head.number
        if last < written:
            self._say(_missing(last + 1, written))
        elif self._noted and last < self._noted.number:
            self._say(_missing(last + 1, self._noted.number))
        if self._noted and self._first and self._noted.number < self._first[0]:
            self._say(f"Entry {self._noted.number}, which was noted, is older than what is kept.")


def _missing(first: int, last: int) -> str:
    return f"Entry {first} is missing." if first == last else f"Entries {first} to {last} are missing."


def _anchor_in(changes: str) -> tuple[Any, Any]:
    try:
        facts = orjson.loads(changes)
    except orjson.JSONDecodeError:
        return 0, ""
    return (facts.get("through"), facts.get("digest")) if isinstance(facts, dict) else (0, "")
